-- The territory as of a day, added up from the register that holds for each Land on it.
with asked as (
	select coalesce(:as_of::date, :today::date) as day
), held as materialized (
	select distinct on (land) r.land, r.status_date, r.name, r.population_on, r.credit,
		r.police_directorates
	from register r, asked
	order by land, r.status_date > day, abs(r.status_date - day)
), municipality as materialized (
	select e.land, e.district, (e.body ->> 'population')::bigint as population,
		(e.body ->> 'areaHa')::bigint as area_ha
	from party p, asked, lateral entry_on(p.key, day) as e
	where p.kind = 'MUNICIPALITY' and is_valid_on(p.valid_from, p.valid_until, day)
), by_district as (
	select district, count(*) as municipalities, sum(population) as population,
		sum(area_ha) as area_ha
	from municipality
	group by district
), by_land as (
	select land, count(*) as municipalities, sum(population) as population,
		sum(area_ha) as area_ha
	from municipality
	group by land
)
select day as as_of, coalesce((select version from territory where id = 'DE'), 0) as version,
	(select coalesce(jsonb_agg(distinct status_date), '[]') from register) as status_dates,
	(select coalesce(jsonb_agg(jsonb_build_object('key', land, 'name', name, 'statusDate',
			status_date, 'populationOn', population_on, 'credit', credit, 'municipalities',
			municipalities, 'population', population, 'areaHa', area_ha) order by land), '[]')
		from held join by_land using (land)) as lands,
	(select coalesce(jsonb_agg(jsonb_build_object('ags5', e.key, 'name', e.name, 'kind',
			e.body ->> 'kind', 'policeDirectorate', e.body ->> 'policeDirectorate',
			'municipalities', municipalities, 'population', population, 'areaHa', area_ha)
			order by e.key), '[]')
		from held join register_entry e using (land, status_date)
		join by_district on by_district.district = e.key
		where e.form = 'DISTRICT') as districts,
	(select coalesce(jsonb_agg(distinct p), '[]')
		from held, jsonb_array_elements(police_directorates) as p) as police_directorates
from asked
