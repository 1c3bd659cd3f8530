-- The statistics of a municipality, and of its figures those that the request gives; version 0 before
-- the first.
select :key as id, coalesce(r.version, 0) as version, r.municipality,
	jsonb_build_array(:key::text) as participants,
	(select coalesce(jsonb_agg(jsonb_build_object('year', f.year, 'offence', f.offence,
			'cases', f.cases, 'cleared', f.cleared, 'population', f.population,
			'populationOn', f.population_on, 'factId', f.fact_id, 'withdrawn', f.withdrawn)
			order by f.year, f.offence), '[]')
		from jsonb_array_elements(:figures::jsonb) as w
		join crime_figure f on f.participant = :key and f.year = (w ->> 'year')::int
			and f.offence = w ->> 'offence') as figures
from (values (1)) as always(one)
left join crime_record r on r.id = :key
