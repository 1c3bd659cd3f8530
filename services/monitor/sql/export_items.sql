-- The open cases of a day, all at once, those that are longest in their stage first; those in the
-- caller's scope. No row when they are too many for one answer.
with asked as (
	select coalesce(:as_of::date, :today::date) as as_of, known_seq(:known_at) as known
	where must_know_stage(:track, :stage)
), area as materialized (
	select a.*, districts_asked(:district, :police_directorate, :adviser, a.as_of, a.known)
			as districts
	from asked a
), aged as materialized (
	select g.* from asked a cross join lateral ageing_on(:track, a.as_of, a.known) as g
), item as (
	select c.*, coalesce(p.name, '') as name, a.as_of, coalesce(g.ageing, false) as ageing,
		coalesce(g.after_days, 0) as after_days
	from area a
	cross join lateral cases_on(a.as_of, a.known) as c
	join fact f on f.seq = c.seq
	left join aged g on (g.track, g.stage, g.unit) = (c.track, c.stage, c.unit)
	left join party_on(c.participant, a.as_of, a.known) p on true
	where meta.in_scope(f.participants)
		and (a.districts is null or c.district = any (a.districts))
		and (:track::text is null or c.track = :track)
		and (:stage::text is null or c.stage = :stage)
		and (not :ageing::boolean or g.ageing)
)
select coalesce(jsonb_agg(jsonb_build_object('unit', unit, 'track', track, 'stage', stage,
	'participant', participant, 'name', name, 'district', district, 'openedOn', opened_on,
	'enteredOn', entered_on, 'ageDays', as_of - entered_on, 'lastActivityOn', last_activity_on,
	'stalled', stalled, 'overdue', overdue, 'reasons', reasons,
	'nextDueOn', coalesce(next_due_on::text, ''), 'nextStep', coalesce(next_step, ''),
	'ageing', ageing, 'ageingAfterDays', after_days)
	order by entered_on, unit), '[]') as items
from item
having count(*) <= 10000
