-- The municipalities that are valid on a day, each as the register of that day writes it.
with asked as (
	select coalesce(:as_of::date, :today::date) as day, coalesce(nullif(:limit::int, 0), 1000) as size
)
select p.key as ags8, e.name, e.body ->> 'officialName' as official_name, e.body ->> 'kind' as kind,
	e.district, nullif(e.body ->> 'association', '') as association,
	(select a.name from register_entry a
		where a.key = e.body ->> 'association' and a.status_date = e.status_date)
		as association_name,
	(e.body ->> 'population')::int8 as population,
	(e.body ->> 'areaHa')::int8 as area_ha,
	e.body ->> 'postcode' as postcode, e.status_date, p.valid_from, p.valid_until, p.successor,
	case row_number() over (order by p.key) when asked.size then p.key end as next
from party p, asked, lateral entry_on(p.key, day) as e
where p.kind = 'MUNICIPALITY' and is_valid_on(p.valid_from, p.valid_until, day)
	and (:district::text is null or e.district = :district)
	and (:name::text is null or names_of(e.name) @> array[fold(:name)])
	and (:cursor::text is null or p.key > :cursor)
order by p.key
limit (select size from asked)
