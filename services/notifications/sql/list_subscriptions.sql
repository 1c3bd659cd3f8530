-- The caller's own subscriptions that have not ended.
select id, version, recipient, email, participant, district, kind, to_jsonb(scopes) as scopes
from subscription
where recipient = :actor and ended_on is null
order by id
limit 500
