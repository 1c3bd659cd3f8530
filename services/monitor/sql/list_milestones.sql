-- One row for each participant with the first day of each milestone, by key; those in the caller's
-- scope. A consortium is seen by those who see a member. The cursor is the last one's key.
with given as (
	select coalesce(:as_of::date, :today::date) as as_of, known_seq(:known_at) as known,
		coalesce(nullif(:limit::int, 0), 100) as size
	where must_know(:district, null)
), asked as materialized (
	select g.*, districts_asked(:district, :police_directorate, null, g.as_of, g.known) as districts
	from given g
), page as materialized (
	select p.key, p.name, p.district, lead(p.key) over (order by p.key) as following
	from asked a, participants_seen(a.districts, a.as_of, a.known) as p
	where :cursor::text is null or p.key > :cursor
	order by p.key
	limit (select size from asked)
)
select p.key as participant, p.name, p.district,
	max(m.reached_on) filter (where m.milestone = 'contact') as contact_on,
	max(m.reached_on) filter (where m.milestone = 'advice') as advice_on,
	max(m.reached_on) filter (where m.milestone = 'closely_cooperating') as closely_cooperating_on,
	max(m.reached_on) filter (where m.milestone = 'preliminary_agreement') as preliminary_agreement_on,
	max(m.reached_on) filter (where m.milestone = 'agreement') as agreement_on,
	max(m.reached_on) filter (where m.milestone = 'model_municipality') as model_municipality_on,
	max(m.reached_on) filter (where m.milestone = 'coaching_requested') as coaching_requested_on,
	max(m.reached_on) filter (where m.milestone = 'coach_matched') as coach_matched_on,
	max(m.reached_on) filter (where m.milestone = 'coaching') as coaching_on,
	max(m.reached_on) filter (where m.milestone = 'coaching_closed') as coaching_closed_on,
	max(m.reached_on) filter (where m.milestone = 'analysis') as analysis_on,
	max(m.reached_on) filter (where m.milestone = 'analysis_presented') as analysis_presented_on,
	max(m.reached_on) filter (where m.milestone = 'strategy') as strategy_on,
	max(m.reached_on) filter (where m.milestone = 'measure') as measure_on,
	max(m.reached_on) filter (where m.milestone = 'measure_done') as measure_done_on,
	max(m.reached_on) filter (where m.milestone = 'measure_evaluated') as measure_evaluated_on,
	max(m.reached_on) filter (where m.milestone = 'council') as council_on,
	case when row_number() over (order by p.key) = a.size and p.following is not null
		then p.key end as next
from asked a
cross join page p
left join milestones_of(p.key, a.as_of, a.known) as m on true
group by a.size, p.key, p.name, p.district, p.following
order by p.key
