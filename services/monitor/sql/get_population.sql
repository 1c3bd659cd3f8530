-- Inhabitants by the days for which registers tell them; the latest register has the last word on a day.
with asked as (
	select known_seq(:known_at) as known
	where must_know(:district, :key)
), told as (
	select distinct on (p.key, coalesce(p.population_on, p.told_on)) p.*,
		coalesce(p.population_on, p.told_on) as day
	from asked a
	join party p on p.seq <= a.known
	where p.kind = 'municipality'
		and (:district::text is null or p.district = :district)
		and (:key::text is null or p.key = :key
			or exists (select from succession s where s.predecessor = p.key)
			and stands_for(p.key, p.told_on, 'infinity', a.known) = :key)
	order by p.key, coalesce(p.population_on, p.told_on), p.told_on desc, p.seq desc
)
select extract(year from t.day)::int as year, t.day as population_on,
	max(t.told_on) as status_date, sum(t.population) as inhabitants,
	count(*) as municipalities
from told t
group by t.day
order by t.day
