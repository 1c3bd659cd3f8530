-- Saves the advisers of districts, each guarded by its own version.
-- include common/runtime/sql/save_head.sql
, incoming as (
	select c.id, c.version, i.*
	from unnest(:ordinal::int[], :participants::jsonb[], :assignments::jsonb[])
		as i(ordinal, participants, assignments)
	join command c using (ordinal)
), written as (
	insert into district_advisers as d (id, version, participants, assignments)
	select id, version, array(select jsonb_array_elements_text(participants)), assignments
	from incoming
	order by id
	on conflict (id) do update
	set version = excluded.version, assignments = excluded.assignments
	where d.version = excluded.version - 1
	returning d.id
)
-- include common/runtime/sql/save_tail.sql
