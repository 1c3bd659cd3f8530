-- Saves coaching processes, each guarded by its own version.
-- include common/runtime/sql/save_head.sql
, incoming as (
	select c.id::uuid as id, c.version, i.*
	from unnest(:ordinal::int[], :status::text[], :participant::jsonb[], :participants::jsonb[],
		:requested_on::date[], :coach::text[], :outcome::text[], :entries::jsonb[])
		as i(ordinal, status, participant, participants, requested_on, coach, outcome, entries)
	join command c using (ordinal)
), written as (
	insert into coaching_process as p (id, version, status, participant, participants,
		requested_on, coach, outcome, entries)
	select id, version, status, participant,
		array(select jsonb_array_elements_text(participants)), requested_on, coach, outcome,
		entries
	from incoming
	order by id
	on conflict (id) do update
	set version = excluded.version, status = excluded.status, coach = excluded.coach,
		outcome = excluded.outcome, entries = excluded.entries
	where p.version = excluded.version - 1
	returning p.id
)
-- include common/runtime/sql/save_tail.sql
