-- Saves participants, each guarded by its own version, with the entries that are new; the one that was
-- taken back goes.
-- include common/runtime/sql/save_head.sql
, incoming as (
	select c.id, c.version, i.*
	from unnest(:ordinal::int[], :name::text[], :kind::text[], :district::text[],
		:participants::jsonb[], :contacted_on::date[], :advised_on::date[],
		:cooperation_level::text[], :preliminary_agreement_on::date[],
		:model_municipality_on::date[], :entries::jsonb[], :withdrawn::uuid[])
		as i(ordinal, name, kind, district, participants, contacted_on, advised_on,
			cooperation_level, preliminary_agreement_on, model_municipality_on, entries,
			withdrawn)
	join command c using (ordinal)
), written as (
	insert into participant as p (id, version, name, kind, district, participants, contacted_on,
		advised_on, cooperation_level, preliminary_agreement_on, model_municipality_on)
	select id, version, name, kind, district,
		array(select jsonb_array_elements_text(participants)), contacted_on, advised_on,
		cooperation_level, preliminary_agreement_on, model_municipality_on
	from incoming
	order by id
	on conflict (id) do update
	set version = excluded.version, name = excluded.name, district = excluded.district,
		contacted_on = excluded.contacted_on, advised_on = excluded.advised_on,
		cooperation_level = excluded.cooperation_level,
		preliminary_agreement_on = excluded.preliminary_agreement_on,
		model_municipality_on = excluded.model_municipality_on
	where p.version = excluded.version - 1
	returning p.id
), entered as (
	insert into participant_entry (participant, fact_id, kind, valid_on, value, participants)
	select id, (e ->> 'factId')::uuid, e ->> 'kind', (e ->> 'on')::date, e ->> 'value',
		array(select jsonb_array_elements_text(participants))
	from incoming
	join written using (id),
		jsonb_array_elements(entries) with ordinality as l(e, place)
	order by id, place
	on conflict (participant, fact_id) do nothing
), taken_back as (
	delete from participant_entry e
	using incoming i
	join written using (id)
	where e.participant = i.id and e.fact_id = i.withdrawn
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
