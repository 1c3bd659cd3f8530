-- Every save ends with this: facts and the idempotency row hang on what the guarded write returned.
, fact as (
	insert into ledger.pending (fact_id, type, header, payload, recorded_on, participants)
	select f.fact_id, f.type, f.header, f.payload, f.recorded_on,
		array(select jsonb_array_elements_text(f.participants))
	from unnest(:fact_ordinal::int[], :fact_id::uuid[], :fact_type::text[], :fact_header::bytea[],
		:fact_payload::bytea[], :fact_recorded_on::date[], :fact_participants::jsonb[])
		with ordinality as f(ordinal, fact_id, type, header, payload, recorded_on, participants, place)
	join command using (ordinal)
	join written on written.id::text = command.id
	order by f.place
), remembered as (
	insert into idempotency (actor, key, request_hash, reply, claimed)
	select actor, idempotency_key, request_hash, reply, claimed
	from command
	join written on written.id::text = command.id
	where idempotency_key is not null
)
select command.ordinal
from command
join written on written.id::text = command.id
