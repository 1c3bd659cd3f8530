-- The caller's own messages, newest first.
select id, fact_id, seq, kind, subject, text, valid_on,
	to_char(received_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as received_at,
	case row_number() over (order by place desc) when page.size then place::text end as next
from inbox, (select coalesce(nullif(:limit::int, 0), 50) as size) as page
where recipient = :actor and (:cursor::bigint = 0 or place < :cursor::bigint)
order by place desc
limit coalesce(nullif(:limit::int, 0), 50)
