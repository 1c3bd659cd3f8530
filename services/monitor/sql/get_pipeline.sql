-- Counts by district and stage; a district where nothing happened has its row too. How many are in a
-- stage comes from the totals, what holds them up from the cases.
with asked as (
	select coalesce(:as_of::date, :today::date) as as_of, known_seq(:known_at) as known
	where must_know(:district, null)
), area as materialized (
	select a.*, districts_asked(:district, :police_directorate, :adviser, a.as_of, a.known)
			as districts
	from asked a
), value as materialized (
	select f.* from area a, figures_on(a.as_of, a.known, :district) as f
	where a.districts is null or f.district = any (a.districts)
), held as materialized (
	select c.district, c.track, c.stage, count(*) filter (where c.overdue) as overdue,
		count(*) filter (where c.stalled) as stalled, count(*) as held
	from area a, cases_on(a.as_of, a.known, array['coaching', 'analysis', 'measure']) as c -- councils wait for nobody
	where (c.overdue or c.stalled) and (a.districts is null or c.district = any (a.districts))
	group by c.district, c.track, c.stage
), counted as materialized (
	select v.district,
		max(v.n) filter (where v.counter = 'contacted') as contacted,
		max(v.n) filter (where v.counter = 'advised') as advised,
		max(v.n) filter (where v.counter = 'preliminaryAgreements') as preliminary_agreements,
		max(v.n) filter (where v.counter = 'agreements') as agreements,
		max(v.n) filter (where v.counter = 'coachingsRequested') as coachings_requested,
		max(v.n) filter (where v.counter = 'coachesMatched') as coaches_matched,
		max(v.n) filter (where v.counter = 'coachings') as coachings,
		max(v.n) filter (where v.counter = 'analysesStarted') as analyses_started,
		max(v.n) filter (where v.counter = 'analyses') as analyses,
		max(v.n) filter (where v.counter = 'councils') as councils,
		max(v.n) filter (where v.counter = 'closelyCooperating') as closely_cooperating,
		jsonb_agg(jsonb_build_object('track', g.track, 'stage', g.code, 'count', v.n,
			'overdue', coalesce(h.overdue, 0), 'stalled', coalesce(h.stalled, 0),
			'held', coalesce(h.held, 0))
			order by g.track, g.place) filter (where g.track is not null and v.n > 0) as cells
	from value v
	left join stage g on v.counter = 'stage/' || g.track || '/' || g.n
	left join held h on (h.district, h.track, h.stage) = (v.district, g.track, g.code)
	group by v.district
)
select d.district, d.name, d.police_directorate, d.municipalities,
	coalesce(n.contacted, 0) as contacted,
	coalesce(n.advised, 0) as advised,
	coalesce(n.preliminary_agreements, 0) as preliminary_agreements,
	coalesce(n.agreements, 0) as agreements,
	coalesce(n.coachings_requested, 0) as coachings_requested,
	coalesce(n.coaches_matched, 0) as coaches_matched,
	coalesce(n.coachings, 0) as coachings,
	coalesce(n.analyses_started, 0) as analyses_started,
	coalesce(n.analyses, 0) as analyses,
	coalesce(n.councils, 0) as councils,
	coalesce(n.closely_cooperating, 0) as closely_cooperating,
	coalesce(n.cells, '[]') as cells
from area a
cross join districts_on(a.as_of, a.known) as d
left join counted n on n.district = d.district
where a.districts is null or d.district = any (a.districts)
order by d.district
