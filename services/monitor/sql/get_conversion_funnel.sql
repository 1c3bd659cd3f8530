-- What a funnel of conversions is made from: for each district how many reached one milestone in a
-- quarter that ended long enough ago, and how many of them reached the other one in time.
with asked as (
	select coalesce(:as_of::date, :today::date) as as_of, known_seq(:known_at) as known,
		coalesce(nullif(:within::int, 0), 365) as days
	where :from in (select milestone from milestone_marks())
		and :to in (select milestone from milestone_marks())
), district as materialized (
	select d.* from asked a, districts_on(a.as_of, a.known) as d
), reached as materialized (
	select m.*
	from asked a, milestones_on(a.as_of, a.known, array[:from, :to]) as m
), told as (
	select coalesce(d.district, p.district) as district, j.reached_on - i.reached_on as lag
	from asked a
	join reached i on i.milestone = :from and (date_trunc('quarter', i.reached_on)
		+ interval '3 months')::date - 1 + a.days <= a.as_of
	left join reached j on j.milestone = :to and j.participant = i.participant
	left join district d on d.district = left(i.participant, 5)
	left join lateral (
		select * from party_on(i.participant, a.as_of, a.known) where d.district is null) as p on true
), counted as (
	select t.district, count(*) as of,
		count(*) filter (where t.lag between 0 and (select days from asked)) as n
	from told t
	group by t.district
)
select a.as_of, :known_at as known_at, :from as "from", :to as "to", a.days as within,
	a.known as ledger_seq,
	(select coalesce(sum(c.n), 0) from counted c) as n,
	(select coalesce(sum(c.of), 0) from counted c) as of,
	(select coalesce(jsonb_agg(jsonb_build_object('district', d.district, 'name', d.name,
		'n', coalesce(c.n, 0), 'of', coalesce(c.of, 0)) order by d.district), '[]')
	from district d
	left join counted c on c.district = d.district) as districts
from asked a
