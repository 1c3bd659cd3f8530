-- Findings as of a day, in the order of their days; those in the caller's scope. The cursor is the
-- last one's day and id.
select id, version, status, analysis_id, municipalities, to_jsonb(participants) as participants,
	action_field, summary, recommendations, found_on, entries,
	case when row_number() over place = page.size and lead(id) over place is not null
		then found_on || '_' || id end as next
from finding,
	(select coalesce(nullif(:limit::int, 0), 100) as size) as page
where status <> 'WITHDRAWN' and found_on <= coalesce(:as_of::date, :today::date)
	and (:analysis_id::uuid is null or analysis_id = :analysis_id::uuid)
	and (:participant::text is null or participants @> array[:participant])
	and (:action_field::text is null or action_field = :action_field)
	and (:district::text is null
		or municipalities @> jsonb_build_array(jsonb_build_object('district', :district)))
	and (:cursor::text is null or (found_on, id)
		> (split_part(:cursor, '_', 1)::date, split_part(:cursor, '_', 2)::uuid))
window place as (order by found_on, id)
order by found_on, id
limit coalesce(nullif(:limit::int, 0), 100)
