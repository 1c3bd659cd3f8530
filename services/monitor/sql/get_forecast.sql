-- The departures of four years, or those who reached a milestone: one year to draw from, the others to
-- test forecasts that might have been. No row for a milestone that does not exist, or beside a track.
with asked as (
	select coalesce(:as_of::date, :today::date) as as_of, known_seq(:known_at) as known,
		case when :track::text is null then coalesce(:milestone, 'agreement') end as milestone
	where must_know_stage(:track, :stage)
), area as materialized (
	select districts_asked(:district, :police_directorate, null, a.as_of, a.known) as districts
	from asked a
), departed as (
	select a.as_of - s.left_on as days_ago
	from asked a
	cross join area d
	cross join stays_on(coalesce(:track, ''), a.as_of, a.known, a.as_of - 208 * 7) as s
	left join stage g on (g.track, g.n) = (s.track, s.n)
	where s.outcome = 'done' and s.left_on > a.as_of - 208 * 7
		and coalesce(g.code, '') = coalesce(:stage, '')
		and (d.districts is null or s.district = any (d.districts))
	union all
	select a.as_of - m.reached_on
	from asked a
	cross join area d
	cross join milestones_on(a.as_of, a.known, array[a.milestone]) as m
	where m.reached_on > a.as_of - 208 * 7
		and lies_in(m.participant, d.districts, a.as_of, a.known)
)
select a.as_of, :known_at as known_at, :district as district, a.known as ledger_seq,
	(select coalesce(jsonb_agg(d.days_ago order by d.days_ago), '[]') from departed d)
		as done_days_ago,
	coalesce(a.milestone, '') as milestone
from asked a
where case when a.milestone is null then :milestone::text is null
	else a.milestone in (select w.milestone from milestone_marks() as w) end
