-- Saves the territory and what is derived from it: who can take part, by which names.
-- include common/runtime/sql/save_head.sql
, incoming as (
	select c.id, c.version, i.*
	from unnest(:ordinal::int[], :status_date::date[], :credit::text[], :districts::jsonb[],
		:municipalities::jsonb[], :associations::jsonb[], :police_directorates::jsonb[])
		as i(ordinal, status_date, credit, districts, municipalities, associations,
			police_directorates)
	join command c using (ordinal)
), written as (
	insert into territory as t (id, version, status_date, credit, districts, municipalities,
		associations, police_directorates)
	select id, version, status_date, credit, districts, municipalities, associations,
		police_directorates
	from incoming
	on conflict (id) do update
	set version = excluded.version, status_date = excluded.status_date, credit = excluded.credit,
		districts = excluded.districts, municipalities = excluded.municipalities,
		associations = excluded.associations,
		police_directorates = excluded.police_directorates
	where t.version = excluded.version - 1
	returning t.id
), parties as (
	-- an independent city is municipality and district at once: it takes part as the municipality
	select d ->> 'ags5' as key, d ->> 'name' as name, 'DISTRICT' as kind, d ->> 'ags5' as district,
		names_of(d ->> 'name') || names_of('Landkreis ' || (d ->> 'name')) as names
	from incoming join written using (id), jsonb_array_elements(districts) as d
	where d ->> 'kind' = 'district'
	union all
	select m ->> 'ags8', m ->> 'name', 'MUNICIPALITY', m ->> 'district', names_of(m ->> 'name')
	from incoming join written using (id), jsonb_array_elements(municipalities) as m
	union all
	select a ->> 'ars9', a ->> 'name', 'UNION', a ->> 'district', names_of(a ->> 'name')
	from incoming join written using (id), jsonb_array_elements(associations) as a
	where a ->> 'kind' = 'union'
), named as (
	insert into party (key, name, kind, district, members, names)
	select key, name, kind, district, array[key], names
	from parties
	on conflict (key) do update
	set name = excluded.name, district = excluded.district, names = excluded.names
)
-- include common/runtime/sql/save_tail.sql
