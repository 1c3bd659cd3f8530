-- Saves participants, each guarded by its own version.
-- include common/runtime/sql/save_head.sql
, incoming as (
	select c.id, c.version, i.*
	from unnest(:ordinal::int[], :name::text[], :kind::text[], :district::text[],
		:participants::jsonb[], :contacted_on::date[], :advised_on::date[],
		:cooperation_level::text[], :preliminary_agreement_on::date[],
		:model_municipality_on::date[], :entries::jsonb[])
		as i(ordinal, name, kind, district, participants, contacted_on, advised_on,
			cooperation_level, preliminary_agreement_on, model_municipality_on, entries)
	join command c using (ordinal)
), written as (
	insert into participant as p (id, version, name, kind, district, participants, contacted_on,
		advised_on, cooperation_level, preliminary_agreement_on, model_municipality_on, entries)
	select id, version, name, kind, district,
		array(select jsonb_array_elements_text(participants)), contacted_on, advised_on,
		cooperation_level, preliminary_agreement_on, model_municipality_on, entries
	from incoming
	order by id
	on conflict (id) do update
	set version = excluded.version, name = excluded.name, district = excluded.district,
		contacted_on = excluded.contacted_on, advised_on = excluded.advised_on,
		cooperation_level = excluded.cooperation_level,
		preliminary_agreement_on = excluded.preliminary_agreement_on,
		model_municipality_on = excluded.model_municipality_on, entries = excluded.entries
	where p.version = excluded.version - 1
	returning p.id
), named as (
	-- A new consortium can take part from now on; what the territory knows is there already. Not
	-- joined with what was written: a key that is taken must fail here, as no retry would free it.
	insert into party (key, name, kind, district, members, names)
	select id, name, kind, district, array(select jsonb_array_elements_text(participants)),
		names_of(name)
	from incoming
	where kind = 'CONSORTIUM' and version = 1
)
-- include common/runtime/sql/save_tail.sql
