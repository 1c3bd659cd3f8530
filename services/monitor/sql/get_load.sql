-- How many cases each adviser has, how many came, how many are late: for the head of the team those of
-- the districts in scope, for others their own. Cases of a district that nobody is responsible for have
-- no adviser; they are the head's to see. Who has nothing to do with the window is left out.
with asked as (
	select coalesce(:as_of::date, :today::date) as as_of, known_seq(:known_at) as known,
		coalesce(nullif(:window::int, 0), 365) as days,
		'lead' = any (string_to_array(:roles, ',')) as is_lead
), area as materialized (
	select a.*, districts_asked(:district, :police_directorate, null, a.as_of, a.known) as districts
	from asked a
	where :adviser::text is null or districts_asked(null, null, case
			when :adviser = :actor or exists ( -- who has only foreign districts is as unknown as nobody
				select from mark m
				where m.counter = 'adviser/district' and m.responsible = :adviser
					and meta.in_scope(array[m.district]))
			then :adviser else '' end, a.as_of, a.known) is not null
), responsible as materialized (
	select r.district, r.adviser
	from area a, responsible_on(a.known) as r
	where r.during @> a.as_of
), part as (
	select s.adviser, s.track, s.district, s.entered_on, s.outcome, s.came_over
	from area a, stays_of_advisers(null, a.as_of, a.known, :adviser,
		a.as_of - a.days) as s
	where s.n = 0
	union all
	select '', s.track, s.district, s.entered_on, s.outcome, s.came_over
	from area a, stays_on(null, a.as_of, a.known, a.as_of - 1) as s
	where s.n = 0 and s.outcome = 'open' and not exists (
		select from responsible r where r.district = s.district)
), held as (
	select coalesce(r.adviser, '') as adviser, c.track, c.district, c.overdue, c.stalled
	from area a
	cross join lateral cases_on(a.as_of, a.known) as c
	left join responsible r on r.district = c.district
	where c.overdue or c.stalled
), told as (
	select adviser, track, district, (outcome = 'open')::int as wip,
		(entered_on > a.as_of - a.days and not came_over)::int as arrivals,
		(entered_on > a.as_of - a.days and came_over)::int as taken_over,
		0 as overdue, 0 as stalled
	from area a, part
	union all
	select adviser, track, district, 0, 0, 0, overdue::int, stalled::int from held
	union all
	select r.adviser, g.track, r.district, 0, 0, 0, 0, 0
	from responsible r, (select distinct track from stage) as g
), summed as (
	select t.adviser, t.track, sum(t.wip) as wip, sum(t.arrivals) as arrivals,
		sum(t.taken_over) as taken_over, sum(t.overdue) as overdue, sum(t.stalled) as stalled
	from area a, told t
	where (a.districts is null or t.district = any (a.districts))
		and (:adviser::text is null or t.adviser = :adviser)
		and (t.adviser = :actor or a.is_lead and meta.in_scope(array[t.district]))
	group by t.adviser, t.track
)
select s.adviser, s.track, s.wip, s.arrivals, s.taken_over, s.overdue, s.stalled,
	(select coalesce(jsonb_agg(r.district order by r.district), '[]')
	from area a, responsible r
	where r.adviser = s.adviser and (a.districts is null or r.district = any (a.districts))
		and (r.adviser = :actor or meta.in_scope(array[r.district])))
		as districts
from summed s
where s.wip + s.arrivals + s.taken_over > 0 or exists (
	select from responsible r where r.adviser = s.adviser)
order by s.adviser = '', s.adviser, s.track
