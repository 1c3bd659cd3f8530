-- The departures of four years: one to draw from, the others to test forecasts that might have been.
with asked as (
	select coalesce(:as_of::date, :today::date) as as_of, known_seq(:known_at) as known
), area as materialized (
	select districts_asked(:district, :police_directorate, null, a.as_of, a.known) as districts
	from asked a
), departed as (
	select a.as_of - s.left_on as days_ago
	from asked a
	cross join area d
	cross join stays_on(:track, a.as_of, a.known, a.as_of - 208 * 7) as s
	left join stage g on (g.track, g.n) = (s.track, s.n)
	where s.outcome = 'done' and s.left_on > a.as_of - 208 * 7
		and coalesce(g.code, '') = coalesce(:stage, '')
		and (d.districts is null or s.district = any (d.districts))
)
select a.as_of, :known_at as known_at, :district as district, a.known as ledger_seq,
	(select coalesce(jsonb_agg(d.days_ago order by d.days_ago), '[]') from departed d)
		as done_days_ago
from asked a
