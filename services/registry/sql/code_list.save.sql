-- Saves lists, each guarded by its own version.
-- include common/runtime/sql/save_head.sql
, incoming as (
	select c.id, c.version, i.*
	from unnest(:ordinal::int[], :title_de::text[], :title_en::text[], :status_date::date[],
		:codes::jsonb[])
		as i(ordinal, title_de, title_en, status_date, codes)
	join command c using (ordinal)
), written as (
	insert into code_list as l (id, version, title_de, title_en, status_date, codes)
	select id, version, title_de, title_en, status_date, codes
	from incoming
	order by id
	on conflict (id) do update
	set version = excluded.version, title_de = excluded.title_de, title_en = excluded.title_en,
		status_date = excluded.status_date, codes = excluded.codes
	where l.version = excluded.version - 1
	returning l.id
)
-- include common/runtime/sql/save_tail.sql
