-- What happened to one coaching process, in the order of recording, with what was taken back. The
-- cursor is the last one's place.
select number, fact_id, kind, valid_on as "on", step ->> 'stage' as stage, moves,
	to_char(recorded_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as recorded_at,
	to_char(withdrawn_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as withdrawn_at,
	step ->> 'coach' as coach, step ->> 'changeReason' as change_reason, step ->> 'form' as form,
	(step ->> 'minutes')::int as minutes, step ->> 'topic' as topic,
	step ->> 'nextSessionOn' as next_session_on, step ->> 'pauseReason' as pause_reason,
	step ->> 'resumePlannedOn' as resume_planned_on,
	step ->> 'plannedReviewOn' as planned_review_on, step -> 'goalCodes' as goal_codes,
	step ->> 'outcome' as outcome,
	case when row_number() over in_order = page.size and lead(place) over in_order is not null
		then place::text end as next
from coaching_step, (select coalesce(nullif(:limit::int, 0), 100) as size) as page
where coaching_id = :id::uuid and place > :cursor::bigint
window in_order as (order by place)
order by place
limit coalesce(nullif(:limit::int, 0), 100)
