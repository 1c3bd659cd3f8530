-- Measures as of a day, in the order in which they are due; those in the caller's scope. The cursor
-- is the last one's due day and id.
select id, version, status, analysis_id, municipalities, to_jsonb(participants) as participants,
	finding_id, recommendation, title, action_field, owner_role, owner_organisation, decided_on,
	first_due_on, due_on, due_changes, started_on, finished_on, dropped_on, dropped_because,
	evaluations, entries, days_overdue,
	case when row_number() over place = page.size and lead(id) over place is not null
		then due_on || '_' || id end as next
from measures_on(coalesce(:as_of::date, :today::date)),
	(select coalesce(nullif(:limit::int, 0), 100) as size) as page
where (:analysis_id::uuid is null or analysis_id = :analysis_id::uuid)
	and (:participant::text is null or participants @> array[:participant])
	and (:action_field::text is null or action_field = :action_field)
	and (:status::text is null or status = :status)
	and (not :overdue::boolean or days_overdue > 0)
	and (:district::text is null
		or municipalities @> jsonb_build_array(jsonb_build_object('district', :district)))
	and (:cursor::text is null or (due_on, id)
		> (split_part(:cursor, '_', 1)::date, split_part(:cursor, '_', 2)::uuid))
window place as (order by due_on, id)
order by due_on, id
limit coalesce(nullif(:limit::int, 0), 100)
