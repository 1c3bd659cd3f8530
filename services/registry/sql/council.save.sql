-- Saves councils, each guarded by its own version.
-- include common/runtime/sql/save_head.sql
, incoming as (
	select c.id::uuid as id, c.version, i.*
	from unnest(:ordinal::int[], :status::text[], :participant::jsonb[], :participants::jsonb[],
		:constituted_on::date[], :entries::jsonb[])
		as i(ordinal, status, participant, participants, constituted_on, entries)
	join command c using (ordinal)
), written as (
	insert into council as k (id, version, status, participant, participants, constituted_on,
		entries)
	select id, version, status, participant,
		array(select jsonb_array_elements_text(participants)), constituted_on, entries
	from incoming
	order by id
	on conflict (id) do update
	set version = excluded.version, status = excluded.status,
		constituted_on = excluded.constituted_on, entries = excluded.entries
	where k.version = excluded.version - 1
	returning k.id
)
-- include common/runtime/sql/save_tail.sql
