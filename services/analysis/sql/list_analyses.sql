-- Analyses as of a day, in the order of their kick-offs; those in the caller's scope. The cursor is
-- the last one's day and id.
select id, version, status, municipalities, to_jsonb(participants) as participants, kicked_off_on,
	presented_on, entries, procedure, revision, modules, previous,
	'[]'::jsonb as plan, '[]'::jsonb as deliveries,
	case when row_number() over place = page.size and lead(id) over place is not null
		then kicked_off_on || '_' || id end as next
from analyses_on(coalesce(:as_of::date, :today::date)),
	(select coalesce(nullif(:limit::int, 0), 100) as size) as page
where (:status::text is null or status = :status)
	and (:participant::text is null or participants @> array[:participant])
	and (:district::text is null
		or municipalities @> jsonb_build_array(jsonb_build_object('district', :district)))
	and (:cursor::text is null or (kicked_off_on, id)
		> (split_part(:cursor, '_', 1)::date, split_part(:cursor, '_', 2)::uuid))
window place as (order by kicked_off_on, id)
order by kicked_off_on, id
limit coalesce(nullif(:limit::int, 0), 100)
