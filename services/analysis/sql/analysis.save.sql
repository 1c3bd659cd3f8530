-- Saves analyses, each guarded by its own version.
-- include common/runtime/sql/save_head.sql
, incoming as (
	select c.id::uuid as id, c.version, i.*
	from unnest(:ordinal::int[], :status::text[], :municipalities::jsonb[],
		:participants::jsonb[], :kicked_off_on::date[], :presented_on::date[], :entries::jsonb[],
		:procedure::text[], :revision::int[], :modules::jsonb[], :plan::jsonb[],
		:previous::uuid[], :deliveries::jsonb[])
		as i(ordinal, status, municipalities, participants, kicked_off_on, presented_on, entries,
			procedure, revision, modules, plan, previous, deliveries)
	join command c using (ordinal)
), written as (
	insert into security_analysis as a (id, version, status, municipalities, participants,
		kicked_off_on, presented_on, entries, procedure, revision, modules, plan, previous,
		deliveries)
	select id, version, status, municipalities,
		array(select jsonb_array_elements_text(participants)), kicked_off_on, presented_on, entries,
		procedure, revision, modules, plan, previous, deliveries
	from incoming
	order by id
	on conflict (id) do update
	set version = excluded.version, status = excluded.status,
		presented_on = excluded.presented_on, entries = excluded.entries,
		revision = excluded.revision, plan = excluded.plan, deliveries = excluded.deliveries
	where a.version = excluded.version - 1
	returning a.id
)
-- include common/runtime/sql/save_tail.sql
