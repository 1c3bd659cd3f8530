-- Deliveries as of a day, in the order in which they are due; those of municipalities in the
-- caller's scope. The cursor is the last one's due day, analysis, kind and municipality, compared
-- as texts.
select analysis_id, municipality, jsonb_build_array(participant) as participants, kind, step, status,
	expected_on, first_due_on, due_on, rounds, rejections, days_overdue, days_late, responsible,
	case when row_number() over place = page.size and lead(participant) over place is not null
		then concat_ws('_', due_on, analysis_id, participant, kind) end as next
from deliveries_on(coalesce(:as_of::date, :today::date)),
	(select coalesce(nullif(:limit::int, 0), 100) as size) as page
where (:analysis_id::uuid is null or analysis_id = :analysis_id::uuid)
	and (:participant::text is null or participant = :participant)
	and (:district::text is null or municipality ->> 'district' = :district)
	and (:kind::text is null or kind = :kind)
	and (:status::text is null or status = :status)
	and (not :overdue::boolean or days_overdue > 0)
	and (:cursor::text is null
		or concat_ws('_', due_on, analysis_id, participant, kind) collate "C" > :cursor)
window place as (order by concat_ws('_', due_on, analysis_id, participant, kind) collate "C")
order by concat_ws('_', due_on, analysis_id, participant, kind) collate "C"
limit coalesce(nullif(:limit::int, 0), 100)
