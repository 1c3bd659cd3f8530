-- Police crime statistics within the caller's scope, by municipality, year and offence. The cursor is
-- the last one's.
select f.participant as key, r.municipality ->> 'name' as name, f.district, f.size_class, f.year,
	f.offence, f.cases, f.cleared, f.population, f.population_on, f.cases < 5 as too_few,
	case when f.cases >= 5 then incidence_tenths(f.cases, f.population) else 0 end
		as incidence_tenths,
	case when f.cases >= 5 then (2000 * f.cleared::bigint + f.cases) / (2 * f.cases::bigint)
		else 0 end as clearance_permille,
	case when row_number() over place = page.size and lead(f.year) over place is not null
		then concat_ws('/', f.participant, f.year, f.offence) end as next
from crime_figure f
join crime_record r on r.id = f.participant,
	(select coalesce(nullif(:limit::int, 0), 100) as size) as page
where not f.withdrawn
	and (coalesce(:year::int, 0) = 0 or f.year = :year::int)
	and (:offence::text is null or f.offence = :offence)
	and (:district::text is null or f.district = :district)
	and (:participant::text is null or f.participant = :participant)
	and (:cursor::text is null or (f.participant, f.year, f.offence)
		> (split_part(:cursor, '/', 1), split_part(:cursor, '/', 2)::int,
			split_part(:cursor, '/', 3)))
window place as (order by f.participant, f.year, f.offence)
order by f.participant, f.year, f.offence
limit coalesce(nullif(:limit::int, 0), 100)
