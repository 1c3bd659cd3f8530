-- Counts by district and stage; a district where nothing happened has its row too.
with asked as (
	select coalesce(:as_of::date, :today::date) as as_of, known_seq(:known_at) as known
), value as (
	select f.* from asked a, figures_on(a.as_of, a.known) as f
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
	coalesce(max(v.n) filter (where counter = 'closelyCooperating'), 0) as closely_cooperating
from district d
left join value v using (district)
where :district::text is null or d.district = :district
group by d.district
order by d.district
