-- Saves sets of boundaries, each guarded by its own version.
-- include common/runtime/sql/save_head.sql
, incoming as (
	select c.id, c.version, i.*
	from unnest(:ordinal::int[], :level::text[], :land::text[], :status_date::date[],
		:credit::text[], :credit_url::text[], :tolerance_m::int[], :shapes::jsonb[])
		as i(ordinal, level, land, status_date, credit, credit_url, tolerance_m, shapes)
	join command c using (ordinal)
), written as (
	insert into boundaries as b (id, version, level, land, status_date, credit, credit_url,
		tolerance_m, shapes)
	select id, version, level, land, status_date, credit, credit_url, tolerance_m, shapes
	from incoming
	order by id
	on conflict (id) do update
	set version = excluded.version, credit = excluded.credit, credit_url = excluded.credit_url,
		tolerance_m = excluded.tolerance_m, shapes = excluded.shapes
	where b.version = excluded.version - 1
	returning b.id
)
-- include common/runtime/sql/save_tail.sql
