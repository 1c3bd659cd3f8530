-- Every save begins with this: the commands of the batch whose key was not used yet. A save then
-- adds `incoming` (its own arrays joined by ordinal) and `written` (the guarded write returning
-- id), and ends with save_tail.sql. Rows are written in id order, so batches cannot deadlock.
with command as (
	select *
	from unnest(:ordinal::int[], :id::text[], :version::bigint[], :actor::text[],
		:idempotency_key::text[], :request_hash::text[], :reply::bytea[], :claimed::boolean[])
		as c(ordinal, id, version, actor, idempotency_key, request_hash, reply, claimed)
	-- a look into the index per row, also by a plan made while the table was empty
	where (select i.key from idempotency i where i.actor = c.actor and i.key = c.idempotency_key)
		is null
)
