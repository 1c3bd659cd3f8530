-- Municipalities and inhabitants with an accession in force, by district and size class; the state and
-- all classes have rows of their own. A merged municipality has the inhabitants of all who went into it.
with asked as (
	select coalesce(:as_of::date, :today::date) as as_of, known_seq(:known_at) as known
	where must_know(:district, null)
), place as (
	select m.* from asked a, municipalities_on(a.as_of, a.known) as m where m.key is not null
), acceded as (
	select m.unit from asked a, marks_on('agreements', a.as_of, a.known) as m
), covered as (
	select unit as key from acceded
	union
	select p.key from place p join acceded c on c.unit = p.association
	union
	select stands_for(m.key, '-infinity', a.as_of, a.known)
	from asked a, member m
	join acceded c on c.unit = m.consortium
	where m.seq <= a.known
), municipality as (
	select p.key, left(p.key, 5) as district, sum(p.population) as inhabitants,
		min(p.population_on) as population_on,
		width_bucket(sum(p.population), array[2000, 5000, 10000, 20000, 50000, 100000]) + 1
			as size_class,
		exists (select from covered c where c.key = p.key) as is_covered
	from place p
	where :district::text is null or left(p.key, 5) = :district
	group by p.key
), counted as (
	select m.district, m.size_class, count(*) as municipalities,
		count(*) filter (where m.is_covered) as municipalities_covered,
		sum(m.inhabitants) as inhabitants,
		coalesce(sum(m.inhabitants) filter (where m.is_covered), 0) as inhabitants_covered,
		min(m.population_on) as population_on
	from municipality m
	group by grouping sets ((m.district, m.size_class), (m.district), (m.size_class), ())
)
select c.district, coalesce(d.name, '') as name,
	(array['UNDER_2000', 'FROM_2000', 'FROM_5000', 'FROM_10000', 'FROM_20000', 'FROM_50000',
		'FROM_100000'])[c.size_class] as size_class,
	c.municipalities, c.municipalities_covered, coalesce(c.inhabitants, 0) as inhabitants,
	c.inhabitants_covered, c.population_on
from asked a
cross join counted c
left join districts_on(a.as_of, a.known) d on d.district = c.district
where :district::text is null or c.district is not null
order by c.district nulls first, c.size_class nulls first
