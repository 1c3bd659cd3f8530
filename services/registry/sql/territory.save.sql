-- Saves the registers of a day, and derives anew who can take part in their Länder: by which names,
-- from when until when, and who followed. There is one territory, so a batch has one row.
-- include common/runtime/sql/save_head.sql
, incoming as (
	select c.id, c.version, i.*
	from unnest(:ordinal::int[], :status_date::date[], :credit::text[], :population_on::date[],
		:lands::jsonb[], :districts::jsonb[], :municipalities::jsonb[], :associations::jsonb[],
		:police_directorates::jsonb[], :successions::jsonb[])
		as i(ordinal, status_date, credit, population_on, lands, districts, municipalities,
			associations, police_directorates, successions)
	join command c using (ordinal)
), written as (
	insert into territory as t (id, version)
	select id, version
	from incoming
	on conflict (id) do update
	set version = excluded.version
	where t.version = excluded.version - 1
	returning t.id
), new as materialized (
	select incoming.*
	from incoming
	join written using (id)
), new_land as materialized (
	select l ->> 'key' as land, l ->> 'name' as name, l ->> 'seat' as seat, status_date
	from new, jsonb_array_elements(lands) as l
), new_entry as materialized (
	select m ->> 'ags8' as key, 'MUNICIPALITY' as form, m as body, status_date
	from new, jsonb_array_elements(municipalities) as m
	union all
	select d ->> 'ags5', 'DISTRICT', d, status_date
	from new, jsonb_array_elements(districts) as d
	union all
	select a ->> 'ars9', 'ASSOCIATION', a, status_date
	from new, jsonb_array_elements(associations) as a
), new_succession as materialized (
	select s ->> 'predecessor' as predecessor, coalesce(s ->> 'successor', '') as successor,
		(s ->> 'effectiveOn')::date as effective_on, (s ->> 'factId')::uuid as fact_id
	from new, jsonb_array_elements(successions) as s
), registers as (
	insert into register (land, status_date, name, seat, credit, population_on,
		police_directorates)
	select land, l.status_date, name, seat, credit, population_on,
		-- a directorate is of the Land whose districts name it
		(select coalesce(jsonb_agg(p), '[]')
			from jsonb_array_elements(police_directorates) as p
			where p ->> 'code' in (select d ->> 'policeDirectorate'
				from jsonb_array_elements(districts) as d
				where left(d ->> 'ags5', 2) = land))
	from new, new_land l
	on conflict (land, status_date) do update
	set name = excluded.name, seat = excluded.seat, credit = excluded.credit,
		population_on = excluded.population_on,
		police_directorates = excluded.police_directorates
), entries as (
	insert into register_entry (key, status_date, land, form, body)
	select key, status_date, left(key, 2), form, body
	from new_entry
	on conflict (key, status_date) do update
	set form = excluded.form, body = excluded.body
), successions as (
	insert into succession (predecessor, successor, effective_on, fact_id)
	select predecessor, successor, effective_on, fact_id
	from new_succession
	on conflict (predecessor) do update
	set successor = excluded.successor, effective_on = excluded.effective_on,
		fact_id = excluded.fact_id
), day as materialized (
	-- the tables are still as they were before this statement: what comes in is added by hand
	select land, status_date from register where land in (select land from new_land)
	union select land, status_date from new_land
), known_entry as materialized (
	select e.key, e.status_date, e.form, e.body
	from register_entry e
	where e.land in (select land from new_land)
		and e.status_date <> (select status_date from new)
	union all
	select key, status_date, form, body from new_entry
), known_succession as materialized (
	select predecessor, successor, effective_on
	from succession
	where predecessor not in (select predecessor from new_succession)
	union all
	select predecessor, successor, effective_on from new_succession
), span as (
	-- an independent city is municipality and district at once: it takes part as the municipality
	select key, left(key, 2) as land, min(status_date) as born, max(status_date) as seen,
		array_agg(distinct body ->> 'name') as all_names,
		(array_agg(body order by status_date desc))[1] as body,
		case when min(form) = 'ASSOCIATION' then 'UNION' else min(form) end as kind
	from known_entry
	where form = 'MUNICIPALITY' or (form = 'DISTRICT' and body ->> 'kind' = 'district')
		or (form = 'ASSOCIATION' and body ->> 'kind' = 'union')
	group by key
), bound as (
	select span.*,
		(select max(status_date) from day where land = span.land and status_date < born) as before,
		(select max(status_date) from day where land = span.land) as latest
	from span
), taken as (
	select successor, min(effective_on) as effective_on from known_succession group by successor
), life as (
	select b.*,
		case when b.before is not null then coalesce(
			case when t.effective_on > b.before and t.effective_on <= b.born
				then t.effective_on end,
			case when date_trunc('year', b.born)::date > b.before
				then date_trunc('year', b.born)::date end,
			b.born) end as valid_from,
		case when b.seen < b.latest then s.effective_on - 1 end as valid_until,
		case when b.seen < b.latest then nullif(s.successor, '') end as successor
	from bound b
	left join taken t on t.successor = b.key
	left join known_succession s on s.predecessor = b.key
), named as (
	insert into party (key, name, kind, district, members, names, valid_from, valid_until,
		successor)
	select key, body ->> 'name', kind, coalesce(body ->> 'ags5', body ->> 'district'),
		array[key], (select array_agg(distinct form)
			from (
				select unnest(names_of(n)) as form from unnest(all_names) as n
				union all
				select unnest(names_of('Landkreis ' || n)) from unnest(all_names) as n
				where kind = 'DISTRICT'
			) as forms),
		valid_from, valid_until, successor
	from life
	on conflict (key) do update
	set name = excluded.name, kind = excluded.kind, district = excluded.district,
		names = excluded.names, valid_from = excluded.valid_from,
		valid_until = excluded.valid_until, successor = excluded.successor
)
-- include common/runtime/sql/save_tail.sql
