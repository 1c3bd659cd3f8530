-- The milestones of all participants, all at once; those in the caller's scope. No row when they are
-- too many for one answer.
with given as (
	select coalesce(:as_of::date, :today::date) as as_of, known_seq(:known_at) as known
	where must_know(:district, null)
), asked as materialized (
	select g.*, districts_asked(:district, :police_directorate, null, g.as_of, g.known) as districts
	from given g
), seen as materialized (
	select p.* from asked a, participants_seen(a.districts, a.as_of, a.known) as p
), reached as (
	select m.participant, jsonb_object_agg(m.milestone || '_on', m.reached_on) as days
	from (
		select m.participant, m.milestone, min(m.reached_on) as reached_on
		from asked a, milestones_on(a.as_of, a.known,
			array(select w.milestone from milestone_marks() as w)) as m
		group by m.participant, m.milestone) as m
	group by m.participant
)
select coalesce(jsonb_agg(coalesce(r.days, '{}') || jsonb_build_object('participant', s.key,
	'name', s.name, 'district', s.district) order by s.key), '[]') as rows
from seen s
left join reached r on r.participant = s.key
having count(*) <= 10000
