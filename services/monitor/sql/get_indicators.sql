-- What the indicators of the pipeline are made from. Counts are of the state or of the district;
-- what is pooled is of the state. The window ends with the day.
with asked as (
	select coalesce(:as_of::date, :today::date) as as_of, known_seq(:known_at) as known,
		coalesce(nullif(:window::int, 0), 365) as days
	where must_know_stage(:track, :stage)
), area as materialized (
	select districts_asked(:district, :police_directorate, null, a.as_of, a.known) as districts,
		districts_asked(:district, :police_directorate, :adviser, a.as_of, a.known) as today
	from asked a
), part as (
	-- here: of those that are asked about; those of an adviser are parts of stays, and no pool
	select s.*, :adviser::text is null and (d.districts is null or s.district = any (d.districts))
			as here, true as is_pool
	from asked a, area d,
		stays_on(:track, a.as_of, a.known, a.as_of - greatest(a.days, 360)) as s
	union all
	select s.track, s.n, s.unit, s.participant, s.district, s.seq, s.entered_on, s.left_on,
		s.outcome, s.repeated, s.came_over, true, false
	from asked a, area d, stays_of_advisers(:track, a.as_of, a.known, :adviser,
		a.as_of - greatest(a.days, 360)) as s
	where :adviser::text is not null and (d.districts is null or s.district = any (d.districts))
), stay as materialized (
	select s.*, s.entered_on > a.as_of - a.days as is_new,
		s.left_on > a.as_of - a.days as has_left,
		cycle_days(s.entered_on, s.left_on, s.outcome, a.as_of - a.days) as cycle_days
	from asked a, part s
), held as (
	select c.track, c.stage, count(*) as n
	from asked a, area d, cases_on(a.as_of, a.known) as c
	where c.stalled and (d.today is null or c.district = any (d.today))
	group by grouping sets ((c.track, c.stage), (c.track))
), named as (
	select track, n, code, place from stage
	union all
	select distinct track, 0, '', 0 from stage
), stage_facts as (
	select g.track, g.code as stage, g.place,
		count(*) filter (where s.here and s.is_new) as arrivals,
		count(*) filter (where s.here and s.has_left and s.outcome = 'given_up') as given_up,
		count(*) filter (where s.here and s.has_left and s.outcome = 'transferred')
			as transferred,
		coalesce(jsonb_agg(a.as_of - s.entered_on order by s.entered_on desc)
			filter (where s.here and s.outcome = 'open'), '[]') as ages,
		coalesce(jsonb_agg(a.as_of - s.entered_on order by s.entered_on desc)
			filter (where s.is_pool and s.outcome = 'open'), '[]') as pool_ages,
		coalesce(jsonb_agg(s.cycle_days order by s.cycle_days)
			filter (where s.is_pool and s.cycle_days is not null), '[]') as pool_cycle_days,
		coalesce(jsonb_agg(a.as_of - s.left_on order by s.left_on desc)
			filter (where s.here and s.has_left and s.outcome = 'done'), '[]') as done_days_ago,
		coalesce(jsonb_agg(a.as_of - s.entered_on order by s.entered_on desc)
			filter (where s.here and s.is_new), '[]') as arrived_days_ago,
		coalesce(jsonb_agg(a.as_of - s.left_on order by s.left_on desc)
			filter (where s.here and s.has_left), '[]') as left_days_ago,
		count(*) filter (where s.here and s.outcome = 'given_up' and s.left_on > a.as_of - 180)
			as gave_up,
		count(*) filter (where s.here and s.has_left and s.outcome = 'done' and not s.repeated)
			as first_pass,
		coalesce(jsonb_agg(s.left_on - s.entered_on + 1 order by s.left_on - s.entered_on)
			filter (where s.is_pool and s.is_new and s.outcome in ('done', 'given_up')), '[]')
			as pool_left_after,
		coalesce(jsonb_agg(coalesce(s.left_on, a.as_of) - s.entered_on + 1
			order by coalesce(s.left_on, a.as_of) - s.entered_on)
			filter (where s.is_pool and s.is_new and s.outcome in ('open', 'transferred')), '[]')
			as pool_open_after,
		count(*) filter (where s.here and not s.came_over and s.entered_on > a.as_of - 180)
			as came,
		count(*) filter (where s.here and s.outcome in ('done', 'given_up')
			and s.left_on > a.as_of - 180) as went,
		count(*) filter (where s.here and not s.came_over and s.entered_on > a.as_of - 360
			and s.entered_on <= a.as_of - 180) as came_before,
		count(*) filter (where s.here and s.outcome in ('done', 'given_up')
			and s.left_on > a.as_of - 360 and s.left_on <= a.as_of - 180) as went_before,
		coalesce(jsonb_agg(a.as_of - 180 - s.entered_on order by s.entered_on desc)
			filter (where s.here and s.entered_on <= a.as_of - 180
				and coalesce(s.left_on > a.as_of - 180, true)), '[]') as ages_before,
		coalesce(sum(greatest(0, least(coalesce(s.left_on, a.as_of + 1), a.as_of + 1)
			- greatest(s.entered_on, a.as_of - 179))) filter (where s.here), 0) as wip_days,
		coalesce(sum(greatest(0, least(coalesce(s.left_on, a.as_of - 179), a.as_of - 179)
			- greatest(s.entered_on, a.as_of - 359))) filter (where s.here), 0)
			as wip_days_before
	from asked a
	cross join named g
	left join stay s on (s.track, s.n) = (g.track, g.n)
	where (:track::text is null or g.track = :track)
		and (:stage::text is null or g.code = :stage)
	group by g.track, g.code, g.place
), deadline as (
	select d.*, (d.track, d.unit) in (
			select s.track, s.unit from stay s
			where s.n = 0 and s.outcome = 'open' and s.is_pool) as is_of_open_case
	from asked a, area w,
		deadlines_on(:track, a.as_of, a.known, a.as_of - a.days) as d
	where (w.districts is null or d.district = any (w.districts))
		and (:adviser::text is null or exists (
			select from responsible_on(a.known) r
			where r.district = d.district and r.adviser = :adviser
				and r.during @> coalesce(d.ended_on, a.as_of)))
), track_facts as (
	select g.track,
		count(*) filter (where d.ending = 'open' and d.is_of_open_case) as due,
		count(*) filter (where d.ending = 'open' and d.is_of_open_case and d.due_on < a.as_of)
			as overdue,
		coalesce(max(a.as_of - d.due_on) filter (where d.ending = 'open' and d.is_of_open_case
			and d.due_on < a.as_of), 0) as oldest_overdue,
		coalesce(sum(a.as_of - d.due_on) filter (where d.ending = 'open' and d.is_of_open_case
			and d.due_on < a.as_of), 0) as overdue_days,
		count(*) filter (where d.ending = 'done' and d.ended_on > a.as_of - a.days) as done,
		count(*) filter (where d.ending = 'done' and d.ended_on > a.as_of - a.days
			and d.ended_on <= d.first_on) as on_time,
		count(*) filter (where d.ending = 'moved' and d.ended_on > a.as_of - a.days)
			as due_changes
	from asked a
	cross join (select distinct track from stage) as g
	left join deadline d on d.track = g.track
	where :track::text is null or g.track = :track
	group by g.track
)
select a.as_of, :known_at as known_at, :district as district, a.days as window,
	a.known as ledger_seq,
	(select coalesce(jsonb_agg(jsonb_build_object('track', f.track, 'stage', f.stage,
		'arrivals', f.arrivals, 'givenUp', f.given_up, 'transferred', f.transferred,
		'stalled', coalesce(h.n, 0), 'ages', f.ages, 'poolAges', f.pool_ages,
		'poolCycleDays', f.pool_cycle_days, 'doneDaysAgo', f.done_days_ago,
		'firstPass', f.first_pass, 'poolLeftAfter', f.pool_left_after,
		'poolOpenAfter', f.pool_open_after, 'came', f.came, 'went', f.went,
		'cameBefore', f.came_before, 'wentBefore', f.went_before, 'agesBefore', f.ages_before,
		'arrivedDaysAgo', f.arrived_days_ago, 'leftDaysAgo', f.left_days_ago,
		'gaveUp', f.gave_up, 'wipDays', f.wip_days, 'wipDaysBefore', f.wip_days_before)
		order by f.track, f.place), '[]')
	from stage_facts f
	left join held h on (h.track, coalesce(h.stage, '')) = (f.track, f.stage)) as stages,
	(select coalesce(jsonb_agg(jsonb_build_object('track', t.track, 'due', t.due,
		'overdue', t.overdue, 'oldestOverdue', t.oldest_overdue, 'overdueDays', t.overdue_days,
		'done', t.done,
		'onTime', t.on_time, 'dueChanges', t.due_changes) order by t.track), '[]')
	from track_facts t) as tracks
from asked a
