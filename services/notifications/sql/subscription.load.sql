-- One subscription of the caller.
select id, version, recipient, email, participant, district, kind, to_jsonb(scopes) as scopes,
	ended_on
from subscription
where id = :id::uuid
