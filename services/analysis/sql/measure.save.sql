-- Saves measures, each guarded by its own version.
-- include common/runtime/sql/save_head.sql
, incoming as (
	select c.id::uuid as id, c.version, i.*
	from unnest(:ordinal::int[], :status::text[], :analysis_id::uuid[], :municipalities::jsonb[],
		:participants::jsonb[], :finding_id::uuid[], :recommendation::text[], :title::text[],
		:action_field::text[], :owner_role::text[], :owner_organisation::text[],
		:decided_on::date[], :first_due_on::date[], :due_on::date[], :due_changes::int[],
		:started_on::date[], :finished_on::date[], :dropped_on::date[], :dropped_because::text[],
		:evaluations::jsonb[], :entries::jsonb[])
		as i(ordinal, status, analysis_id, municipalities, participants, finding_id,
			recommendation, title, action_field, owner_role, owner_organisation, decided_on,
			first_due_on, due_on, due_changes, started_on, finished_on, dropped_on,
			dropped_because, evaluations, entries)
	join command c using (ordinal)
), written as (
	insert into measure as m (id, version, status, analysis_id, municipalities, participants,
		finding_id, recommendation, title, action_field, owner_role, owner_organisation,
		decided_on, first_due_on, due_on, due_changes, started_on, finished_on, dropped_on,
		dropped_because, evaluations, entries)
	select id, version, status, analysis_id, municipalities,
		array(select jsonb_array_elements_text(participants)), finding_id, recommendation, title,
		action_field, owner_role, owner_organisation, decided_on, first_due_on, due_on,
		due_changes, started_on, finished_on, dropped_on, dropped_because, evaluations, entries
	from incoming
	order by id
	on conflict (id) do update
	set version = excluded.version, status = excluded.status, due_on = excluded.due_on,
		due_changes = excluded.due_changes, started_on = excluded.started_on,
		finished_on = excluded.finished_on, dropped_on = excluded.dropped_on,
		dropped_because = excluded.dropped_because, evaluations = excluded.evaluations,
		entries = excluded.entries
	where m.version = excluded.version - 1
	returning m.id
)
-- include common/runtime/sql/save_tail.sql
