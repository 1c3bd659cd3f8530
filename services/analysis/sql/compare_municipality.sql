-- What a comparison is told from: a municipality's figures by year, and of each year the sums of its
-- district, its size class and its Land.
with own as (
	select *
	from crime_figure
	where participant = :key and offence = :offence and not withdrawn
		and year >= :from_year::int
		and (coalesce(:to_year::int, 0) = 0 or year <= :to_year::int)
), area as (
	select own.year, a.kind, a.key, t.municipalities, t.cases, t.cleared, t.population
	from own
	cross join lateral (values (1, 'DISTRICT', own.district),
		(2, 'SIZE_CLASS', own.size_class), (3, 'LAND', left(own.participant, 2)))
		as a(place, kind, key)
	cross join lateral crime_totals(own.offence, own.year, a.kind, a.key,
		left(own.participant, 2)) as t
	order by own.year, a.place
)
select to_jsonb(r.participants) as participants, r.id as key, r.municipality ->> 'name' as name,
	:offence as offence,
	(select coalesce(jsonb_agg(jsonb_build_object('kind', 'MUNICIPALITY', 'key', participant,
		'year', year, 'municipalities', 1, 'cases', cases, 'cleared', cleared,
		'population', population) order by year), '[]') from own) as own,
	(select coalesce(jsonb_agg(to_jsonb(area)), '[]') from area) as groups
from crime_record r
where r.id = :key
