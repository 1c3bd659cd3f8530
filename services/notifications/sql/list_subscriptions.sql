-- The caller's own subscriptions that have not ended.
select id, version, recipient, email, participant, district, kind, to_jsonb(scopes) as scopes,
	case row_number() over (order by id) when page.size then id::text end as next
from subscription, (select coalesce(nullif(:limit::int, 0), 100) as size) as page
where recipient = :actor and ended_on is null and (:cursor::uuid is null or id > :cursor::uuid)
order by id
limit coalesce(nullif(:limit::int, 0), 100)
