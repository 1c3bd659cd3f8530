-- What conversions are made from: for each pair of milestones and quarter those who reached the first
-- one, and after how many days they reached the other.
with asked as (
	select coalesce(:as_of::date, :today::date) as as_of, known_seq(:known_at) as known,
		coalesce(nullif(:within::int, 0), 365) as days
), area as materialized (
	select districts_asked(:district, :police_directorate, null, a.as_of, a.known) as districts
	from asked a
), here as materialized ( -- who was there when, of all that were ever in the districts
	select p.key
	from asked a, area d,
		(select distinct t.key from area d, party t where t.district = any (d.districts)) as t,
		party_on(t.key, a.as_of, a.known) as p
	where p.district = any (d.districts)
), reached as materialized (
	select m.*
	from asked a, area d, milestones_on(a.as_of, a.known,
		array['advice', 'agreement', 'coaching', 'analysis', 'strategy', 'council']) as m
	where d.districts is null or left(m.participant, 5) = any (d.districts)
		or m.participant in (select h.key from here h)
), pair(place, from_one, to_one) as (
	values (1, 'advice', 'agreement'), (2, 'agreement', 'coaching'),
		(3, 'agreement', 'analysis'), (4, 'analysis', 'strategy'), (5, 'agreement', 'council'),
		(6, 'agreement', 'advice'), (7, 'coaching', 'agreement'),
		(8, 'analysis', 'agreement'), (9, 'strategy', 'analysis'), (10, 'council', 'agreement')
), cohort as (
	select p.place, date_trunc('quarter', i.reached_on)::date as starts_on, count(*) as size,
		count(*) filter (where j.reached_on < i.reached_on) as before,
		coalesce(jsonb_agg(j.reached_on - i.reached_on order by j.reached_on - i.reached_on)
			filter (where j.reached_on >= i.reached_on), '[]') as lags
	from pair p
	join reached i on i.milestone = p.from_one
	left join reached j on j.milestone = p.to_one and j.participant = i.participant
	group by p.place, 2
), pair_facts as (
	select p.place, p.from_one, p.to_one,
		coalesce(jsonb_agg(jsonb_build_object(
			'quarter', to_char(c.starts_on, 'YYYY-"Q"Q'),
			'ripe', (c.starts_on + interval '3 months')::date - 1 + a.days <= a.as_of,
			'size', c.size, 'before', c.before, 'lags', c.lags) order by c.starts_on)
			filter (where c.size is not null), '[]') as cohorts
	from asked a
	cross join pair p
	left join cohort c on c.place = p.place
	group by p.place, p.from_one, p.to_one
)
select a.as_of, :known_at as known_at, :district as district, a.days as within,
	a.known as ledger_seq,
	(select jsonb_agg(jsonb_build_object('from', f.from_one, 'to', f.to_one,
		'cohorts', f.cohorts) order by f.place)
	from pair_facts f) as pairs
from asked a
