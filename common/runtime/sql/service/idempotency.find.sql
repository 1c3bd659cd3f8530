-- The stored reply of a key, if it was used by this actor.
select request_hash, reply
from idempotency
where actor = :actor and key = :idempotency_key
