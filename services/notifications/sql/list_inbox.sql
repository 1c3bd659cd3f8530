-- The caller's own messages, newest first.
select id, fact_id, seq, kind, subject, text, valid_on,
	to_char(received_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as received_at
from inbox
where recipient = :actor
order by seq desc
limit case when :limit::int = 0 then 50 else :limit::int end
