-- The sessions of one coaching process, the latest first. The cursor is the last one's day and fact.
select fact_id, valid_on as held_on, step ->> 'form' as form, (step ->> 'minutes')::int as minutes,
	step ->> 'topic' as topic, step ->> 'nextSessionOn' as next_session_on,
	case when row_number() over place = page.size and lead(fact_id) over place is not null
		then valid_on || '_' || fact_id end as next
from coaching_step, (select coalesce(nullif(:limit::int, 0), 100) as size) as page
where coaching_id = :id::uuid and kind = 'SessionHeld' and withdrawn_at is null
	and (:cursor::text is null or (valid_on, fact_id)
		< (split_part(:cursor, '_', 1)::date, split_part(:cursor, '_', 2)::uuid))
window place as (order by valid_on desc, fact_id desc)
order by valid_on desc, fact_id desc
limit coalesce(nullif(:limit::int, 0), 100)
