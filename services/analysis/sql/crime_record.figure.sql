-- The statistics of a municipality within the caller's scope, with one of its figures.
select r.id, r.version, r.municipality, to_jsonb(r.participants) as participants,
	(select coalesce(jsonb_agg(jsonb_build_object('year', f.year, 'offence', f.offence,
			'cases', f.cases, 'cleared', f.cleared, 'population', f.population,
			'populationOn', f.population_on, 'factId', f.fact_id, 'withdrawn', f.withdrawn)),
			'[]')
		from crime_figure f
		where f.participant = :key and f.year = :year::int and f.offence = :offence) as figures
from crime_record r
where r.id = :key
