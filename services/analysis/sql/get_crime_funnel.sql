-- What a funnel is told from: the municipalities in the caller's scope, and the sum of all, of the
-- Land or the district.
with asked as (
	select coalesce(left(:district, 2), :land, '14') as land,
		case when :district::text is null then 'LAND' else 'DISTRICT' end as kind
), point as (
	select f.participant, f.cases, f.cleared, f.population, r.municipality ->> 'name' as name
	from asked, crime_figure f
	join crime_record r on r.id = f.participant
	where f.offence = :offence and f.year = :year::int and not f.withdrawn
		and starts_with(f.participant, asked.land)
		and (:district::text is null or f.district = :district)
)
select (select coalesce(jsonb_agg(participant order by participant), '[]') from point)
		as participants,
	:year::int as year, :offence as offence,
	(select jsonb_build_object('kind', asked.kind, 'key', coalesce(:district, asked.land),
			'year', :year::int, 'municipalities', t.municipalities, 'cases', t.cases,
			'cleared', t.cleared, 'population', t.population)
		from crime_totals(:offence, :year::int, asked.kind, :district, asked.land) as t) as group,
	(select coalesce(jsonb_agg(jsonb_build_object('kind', 'MUNICIPALITY', 'key', participant,
			'name', name, 'year', :year::int, 'municipalities', 1, 'cases', cases,
			'cleared', cleared, 'population', population) order by population, participant),
			'[]')
		from point) as points
from asked
