-- Councils as of a day, in the order of their constituent meetings; those in the caller's scope. The
-- cursor is the last one's day and id.
select id, version, status, participant, to_jsonb(participants) as participants, constituted_on,
	entries,
	case when row_number() over place = page.size and lead(id) over place is not null
		then constituted_on || '_' || id end as next
from councils_on(coalesce(:as_of::date, :today::date)),
	(select coalesce(nullif(:limit::int, 0), 100) as size) as page
where (:status::text is null or status = :status)
	and (:participant::text is null or participants @> array[:participant])
	and (:district::text is null or participant ->> 'district' = :district)
	and (:cursor::text is null or (constituted_on, id)
		> (split_part(:cursor, '_', 1)::date, split_part(:cursor, '_', 2)::uuid))
window place as (order by constituted_on, id)
order by constituted_on, id
limit coalesce(nullif(:limit::int, 0), 100)
