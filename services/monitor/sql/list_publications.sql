-- What was published, the latest first, each held against what the same question gives today. The
-- cursor is the last one's day and id.
with page as (
	select p as publication, p.published_on, p.id, row_number() over newest as place,
		lead(p.id) over newest is not null as has_more
	from publication p
	where :cursor::text is null or (p.published_on, p.id::text)
		< (split_part(:cursor, '_', 1)::date, split_part(:cursor, '_', 2))
	window newest as (order by p.published_on desc, p.id desc)
	order by p.published_on desc, p.id desc
	limit coalesce(nullif(:limit::int, 0), 20)
)
select (p.publication).id, (p.publication).version, (p.publication).title,
	(p.publication).published_on, (p.publication).as_of, (p.publication).known_at,
	(p.publication).ledger_seq, (p.publication).figures, (p.publication).entry_id,
	(p.publication).withdrawn, still_holds(p.publication) as holds,
	case when p.has_more and p.place = coalesce(nullif(:limit::int, 0), 20)
		then p.published_on || '_' || p.id end as next
from page p
order by p.place
