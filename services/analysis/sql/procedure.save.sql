-- Saves procedures, each guarded by its own version.
-- include common/runtime/sql/save_head.sql
, incoming as (
	select c.id, c.version, i.*
	from unnest(:ordinal::int[], :label_de::text[], :label_en::text[], :revisions::jsonb[])
		as i(ordinal, label_de, label_en, revisions)
	join command c using (ordinal)
), written as (
	insert into procedure as p (id, version, label_de, label_en, revisions)
	select id, version, label_de, label_en, revisions
	from incoming
	order by id
	on conflict (id) do update
	set version = excluded.version, label_de = excluded.label_de, label_en = excluded.label_en,
		revisions = excluded.revisions
	where p.version = excluded.version - 1
	returning p.id
)
-- include common/runtime/sql/save_tail.sql
