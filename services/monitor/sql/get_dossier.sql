-- Everything about one participant up to a day. A consortium is seen by those who see a member. Each
-- fact about it left a mark in "participants", which leads to the facts.
with asked as (
	select coalesce(:as_of::date, :today::date) as as_of, known_seq(:known_at) as known
), standing_fact as (
	select distinct f.*
	from asked a
	join mark m on m.counter = 'participants' and m.unit = :key and m.phase = 1
	join fact f on f.seq = m.seq and f.valid_on <= a.as_of
		and stands(m.seq, m.gone_with, a.known)
), told as (
	select f.*, array(
			select distinct m.counter from mark m
			where m.seq = f.seq and m.phase = 1 and strpos(m.counter, '/') = 0
				and (m.participant = :key or m.unit <> m.participant)
			order by m.counter) as counters,
		array(
			select distinct g.track || '/' || g.code
			from mark m
			join stage g on 'stage/' || g.track = m.counter and g.n = m.n
			where m.seq = f.seq
			order by 1) as stages
	from standing_fact f
), value as (
	select distinct on (m.counter, m.unit) m.counter, m.n, m.valid_on
	from asked a
	join mark m on m.counter = any (array['contacted', 'advised', 'closelyCooperating',
			'preliminaryAgreements', 'agreements', 'modelMunicipalities', 'participants'])
		and m.unit = :key and m.valid_on <= a.as_of and stands(m.seq, m.gone_with, a.known)
	order by m.counter, m.unit, m.valid_on desc, m.phase desc, m.seq desc
)
select p.key, p.name, p.district, a.as_of, :known_at as known_at,
	(select coalesce(jsonb_agg(jsonb_build_object('factId', t.fact_id, 'seq', t.seq::text,
		'validOn', t.valid_on, 'recordedAt', to_char(t.recorded_at at time zone 'UTC',
			'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
		'kind', substring(t.type from '[^.]*$'), 'provenance', t.provenance,
		'citation', t.citation, 'counters', t.counters, 'stages', t.stages)
		order by t.valid_on, t.seq), '[]')
	from told t) as facts,
	(select coalesce(jsonb_agg(jsonb_build_object('unit', c.unit, 'track', c.track,
		'stage', c.stage, 'participant', c.participant, 'name', p.name, 'district', c.district,
		'openedOn', c.opened_on, 'enteredOn', c.entered_on, 'ageDays', a.as_of - c.entered_on,
		'lastActivityOn', c.last_activity_on, 'stalled', c.stalled, 'overdue', c.overdue,
		'reasons', c.reasons, 'nextDueOn', coalesce(c.next_due_on::text, ''),
		'nextStep', coalesce(c.next_step, '')) order by c.entered_on, c.unit), '[]')
	from cases_on(a.as_of, a.known, array(select distinct track from stage),
		cases_of(:key)) as c
	join fact f on f.seq = c.seq
	where c.participant = :key or :key = any (f.participants)) as cases,
	(select coalesce(jsonb_agg(jsonb_build_object('counter', v.counter, 'since', v.valid_on)
		order by v.valid_on, v.counter), '[]')
	from value v where v.n <> 0) as figures,
	(select coalesce(jsonb_agg(jsonb_build_object('milestone', m.milestone,
		'reachedOn', m.reached_on) order by m.reached_on, m.milestone), '[]')
	from milestones_of(:key, a.as_of, a.known) as m) as milestones
from asked a
cross join party_on(:key, a.as_of, a.known) as p
where meta.in_scope(array[p.key] || array(
	select m.key from member m where m.consortium = p.key and m.seq <= a.known))
