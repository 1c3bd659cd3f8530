-- What happened to each case of a track up to a day, case by case; those in the caller's scope. No row
-- when it is too much for one answer.
with asked as (
	select coalesce(:as_of::date, :today::date) as as_of, known_seq(:known_at) as known
	where must_know_stage(:track, null)
), area as materialized (
	select districts_asked(:district, :police_directorate, null, a.as_of, a.known) as districts
	from asked a
), stay as (
	select s.*, g.code, row_number() over (partition by s.unit order by s.entered_on, s.seq) as place
	from asked a
	cross join lateral stays_on(:track, a.as_of, a.known) as s
	join stage g on (g.track, g.n) = (s.track, s.n)
	join fact f on f.seq = s.seq
	where meta.in_scope(f.participants)
), event as (
	select s.*, e.transition, e.step, to_char(e.day::timestamp at time zone 'Europe/Berlin'
		at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as happened_at
	from stay s
	cross join lateral (values
		(case when s.came_over then 'reassign' else 'start' end, s.entered_on, 1),
		(case s.outcome when 'done' then 'complete' when 'given_up' then 'ate_abort' end,
			s.left_on, 2)) as e(transition, day, step)
	where e.transition is not null and (select d.districts is null or s.district = any (d.districts)
		from area d)
)
select coalesce(jsonb_agg(jsonb_build_object('unit', unit, 'participant', participant,
	'district', district, 'stage', code, 'transition', transition, 'happenedAt', happened_at)
	order by unit, place, step), '[]') as events
from event
having count(*) <= 20000
