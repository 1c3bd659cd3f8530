-- Saves findings, each guarded by its own version.
-- include common/runtime/sql/save_head.sql
, incoming as (
	select c.id::uuid as id, c.version, i.*
	from unnest(:ordinal::int[], :status::text[], :analysis_id::uuid[], :municipalities::jsonb[],
		:participants::jsonb[], :action_field::text[], :summary::text[], :recommendations::jsonb[],
		:found_on::date[], :entries::jsonb[])
		as i(ordinal, status, analysis_id, municipalities, participants, action_field, summary,
			recommendations, found_on, entries)
	join command c using (ordinal)
), written as (
	insert into finding as f (id, version, status, analysis_id, municipalities, participants,
		action_field, summary, recommendations, found_on, entries)
	select id, version, status, analysis_id, municipalities,
		array(select jsonb_array_elements_text(participants)), action_field, summary,
		recommendations, found_on, entries
	from incoming
	order by id
	on conflict (id) do update
	set version = excluded.version, status = excluded.status,
		action_field = excluded.action_field, summary = excluded.summary,
		recommendations = excluded.recommendations, found_on = excluded.found_on,
		entries = excluded.entries
	where f.version = excluded.version - 1
	returning f.id
)
-- include common/runtime/sql/save_tail.sql
