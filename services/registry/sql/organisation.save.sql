-- Saves organisations, each guarded by its own version.
-- include common/runtime/sql/save_head.sql
, incoming as (
	select c.id, c.version, i.*
	from unnest(:ordinal::int[], :name::text[], :kind::text[], :parent::text[], :areas::jsonb[],
		:seat::text[], :valid_from::date[], :valid_until::date[])
		as i(ordinal, name, kind, parent, areas, seat, valid_from, valid_until)
	join command c using (ordinal)
), written as (
	insert into organisation as o (id, version, name, kind, parent, areas, seat, valid_from,
		valid_until)
	select id, version, name, kind, parent, array(select jsonb_array_elements_text(areas)), seat,
		valid_from, valid_until
	from incoming
	order by id
	on conflict (id) do update
	set version = excluded.version, name = excluded.name, parent = excluded.parent,
		areas = excluded.areas, seat = excluded.seat, valid_from = excluded.valid_from,
		valid_until = excluded.valid_until
	where o.version = excluded.version - 1
	returning o.id
)
-- include common/runtime/sql/save_tail.sql
