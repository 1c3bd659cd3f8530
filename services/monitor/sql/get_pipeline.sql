-- Counts by district and stage; a district where nothing happened has its row too. How many are in a
-- stage comes from the totals, what holds them up from the cases.
with asked as (
	select coalesce(:as_of::date, :today::date) as as_of, known_seq(:known_at) as known
	where must_know(:district, null)
), value as (
	select f.* from asked a, figures_on(a.as_of, a.known) as f
	where :district::text is null or f.district = :district
), held as (
	select c.district, c.track, c.stage, count(*) filter (where c.overdue) as overdue,
		count(*) filter (where c.stalled) as stalled
	from asked a, cases_on(a.as_of, a.known, array['coaching', 'analysis']) as c -- councils wait for nobody
	where (c.overdue or c.stalled) and (:district::text is null or c.district = :district)
	group by c.district, c.track, c.stage
), cell as (
	select v.district, jsonb_agg(jsonb_build_object('track', g.track, 'stage', g.code,
		'count', v.n, 'overdue', coalesce(h.overdue, 0), 'stalled', coalesce(h.stalled, 0))
		order by g.track, g.place) as cells
	from value v
	join stage g on v.counter = 'stage/' || g.track || '/' || g.n
	left join held h on (h.district, h.track, h.stage) = (v.district, g.track, g.code)
	where v.n > 0
	group by v.district
)
select d.district, d.name, d.police_directorate, d.municipalities,
	coalesce(max(v.n) filter (where counter = 'contacted'), 0) as contacted,
	coalesce(max(v.n) filter (where counter = 'advised'), 0) as advised,
	coalesce(max(v.n) filter (where counter = 'preliminaryAgreements'), 0)
		as preliminary_agreements,
	coalesce(max(v.n) filter (where counter = 'agreements'), 0) as agreements,
	coalesce(max(v.n) filter (where counter = 'coachingsRequested'), 0) as coachings_requested,
	coalesce(max(v.n) filter (where counter = 'coachesMatched'), 0) as coaches_matched,
	coalesce(max(v.n) filter (where counter = 'coachings'), 0) as coachings,
	coalesce(max(v.n) filter (where counter = 'analysesStarted'), 0) as analyses_started,
	coalesce(max(v.n) filter (where counter = 'analyses'), 0) as analyses,
	coalesce(max(v.n) filter (where counter = 'councils'), 0) as councils,
	coalesce(max(v.n) filter (where counter = 'closelyCooperating'), 0) as closely_cooperating,
	coalesce((select cells from cell c where c.district = d.district), '[]') as cells
from asked a
cross join districts_on(a.as_of, a.known) as d
left join value v using (district)
where :district::text is null or d.district = :district
group by d.district, d.name, d.police_directorate, d.municipalities
order by d.district
