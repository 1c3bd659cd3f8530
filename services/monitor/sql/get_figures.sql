-- Every counter as of a day, as known at a time, of the state or one district.
with asked as (
	select coalesce(:as_of::date, :today::date) as as_of, known_seq(:known_at) as known
	where must_know(:district, null)
), value as (
	select f.counter, sum(f.n) as n
	from asked a, figures_on(a.as_of, a.known, :district) as f
	group by f.counter
)
select a.as_of, :known_at as known_at, :district as district, a.known as ledger_seq,
	coalesce(max(v.n) filter (where counter = 'contacted'), 0) as contacted,
	coalesce(max(v.n) filter (where counter = 'advised'), 0) as advised,
	coalesce(max(v.n) filter (where counter = 'closelyCooperating'), 0) as closely_cooperating,
	coalesce(max(v.n) filter (where counter = 'agreements'), 0) as agreements,
	coalesce(max(v.n) filter (where counter = 'agreementsGross'), 0) as agreements_gross,
	coalesce(max(v.n) filter (where counter = 'councils'), 0) as councils,
	coalesce(max(v.n) filter (where counter = 'districtCouncils'), 0) as district_councils,
	coalesce(max(v.n) filter (where counter = 'coachingsRequested'), 0) as coachings_requested,
	coalesce(max(v.n) filter (where counter = 'coachesMatched'), 0) as coaches_matched,
	coalesce(max(v.n) filter (where counter = 'coachings'), 0) as coachings,
	coalesce(max(v.n) filter (where counter = 'analysesStarted'), 0) as analyses_started,
	coalesce(max(v.n) filter (where counter = 'analyses'), 0) as analyses,
	coalesce(max(v.n) filter (where counter = 'municipalitiesAnalysed'), 0)
		as municipalities_analysed,
	coalesce(max(v.n) filter (where counter = 'participants'), 0) as participants,
	coalesce(max(v.n) filter (where counter = 'budgetCents'), 0) as budget_cents,
	coalesce(max(v.n) filter (where counter = 'preliminaryAgreements'), 0)
		as preliminary_agreements,
	coalesce(max(v.n) filter (where counter = 'modelMunicipalities'), 0) as model_municipalities
from asked a
left join value v on true
group by a.as_of, a.known
