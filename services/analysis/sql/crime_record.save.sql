-- Saves the statistics of municipalities, each guarded by its own version, with the figures that the
-- request was about.
-- include common/runtime/sql/save_head.sql
, incoming as (
	select c.id, c.version, i.*
	from unnest(:ordinal::int[], :municipality::jsonb[], :participants::jsonb[],
		:figures::jsonb[])
		as i(ordinal, municipality, participants, figures)
	join command c using (ordinal)
), written as (
	insert into crime_record as r (id, version, municipality, participants)
	select id, version, municipality, array(select jsonb_array_elements_text(participants))
	from incoming
	order by id
	on conflict (id) do update
	set version = excluded.version, municipality = excluded.municipality
	where r.version = excluded.version - 1
	returning r.id
), told as (
	insert into crime_figure as f (participant, year, offence, district, participants, cases, cleared,
		population, population_on, fact_id, withdrawn)
	select id, (figure ->> 'year')::int, figure ->> 'offence', municipality ->> 'district',
		array(select jsonb_array_elements_text(participants)), (figure ->> 'cases')::int, (figure ->> 'cleared')::int,
		(figure ->> 'population')::int, (figure ->> 'populationOn')::date,
		(figure ->> 'factId')::uuid, (figure ->> 'withdrawn')::boolean
	from incoming
	join written using (id),
		jsonb_array_elements(figures) as figure
	order by 1, 2, 3
	on conflict (participant, year, offence) do update
	set district = excluded.district, cases = excluded.cases, cleared = excluded.cleared,
		population = excluded.population, population_on = excluded.population_on,
		fact_id = excluded.fact_id, withdrawn = excluded.withdrawn
)
-- include common/runtime/sql/save_tail.sql
