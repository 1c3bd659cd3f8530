-- Saves coaching processes, each guarded by its own version, with what happened in them. Steps beyond
-- the process's number of them were taken back; a new coach sees what was before.
-- include common/runtime/sql/save_head.sql
, incoming as (
	select c.id::uuid as id, c.version, i.*
	from unnest(:ordinal::int[], :participant::jsonb[], :participants::jsonb[], :partners::jsonb[],
		:requested_on::date[], :reopens::uuid[], :steps::int[], :recorded::jsonb[],
		:status::text[], :coach::text[], :outcome::text[], :topics::jsonb[], :goals::jsonb[],
		:contact_id::uuid[], :contact_role::text[], :expected_sessions::int[],
		:clarified_on::date[], :matched_on::date[], :contracted_on::date[],
		:started_on::date[], :paused_on::date[], :pause_reason::text[],
		:resume_planned_on::date[], :resumed_on::date[], :planned_review_on::date[],
		:reviewed_on::date[], :closed_on::date[], :moved_on::date[], :sessions::int[],
		:last_session_on::date[], :next_session_on::date[], :coach_changes::int[],
		:coach_changed_on::date[])
		as i(ordinal, participant, participants, partners, requested_on, reopens, steps,
			recorded, status, coach, outcome, topics, goals, contact_id, contact_role,
			expected_sessions, clarified_on, matched_on, contracted_on, started_on, paused_on,
			pause_reason, resume_planned_on, resumed_on, planned_review_on, reviewed_on,
			closed_on, moved_on, sessions, last_session_on, next_session_on, coach_changes,
			coach_changed_on)
	join command c using (ordinal)
), taking as (
	-- which coach holds a place with the process from now on, and which one did
	select i.id, i.ordinal, p.holder as before,
		case when i.status not in ('CLOSED', 'WITHDRAWN') then i.coach end as after
	from incoming i
	left join lateral (
		select case when status not in ('CLOSED', 'WITHDRAWN') then coach end as holder
		from coaching_process
		where id = i.id) as p on true
), free as (
	-- locked in their order: whoever waits here sees what the one before has taken
	select l.coach, c.capacity - l.taken as places
	from coach_load l
	join coach c on c.id = l.coach
	where l.coach in (
		select unnest(array[before, after]) from taking where before is distinct from after)
	order by l.coach
	for update of l
), admitted as (
	-- one who finds no place is not written: the rule is asked again, and knows why
	select id
	from (
		select t.id, t.before is not distinct from t.after as stays, free.places,
			count(*) filter (where t.before is distinct from t.after)
				over (partition by t.after order by t.ordinal) as place
		from taking t
		left join free on free.coach = t.after) as asked
	where stays or places is null or place <= places
), written as (
	insert into coaching_process as p (id, version, participant, participants, partners,
		requested_on, reopens, steps, status, coach, outcome, topics, goals, contact_id,
		contact_role, expected_sessions, clarified_on, matched_on, contracted_on, started_on, paused_on, pause_reason,
		resume_planned_on, resumed_on, planned_review_on, reviewed_on, closed_on, moved_on,
		sessions, last_session_on, next_session_on, coach_changes,
			coach_changed_on)
	select id, version, participant, array(select jsonb_array_elements_text(participants)),
		partners, requested_on, reopens, steps, status, coach, outcome, topics, goals,
		contact_id, contact_role, expected_sessions, clarified_on, matched_on, contracted_on,
		started_on, paused_on, pause_reason, resume_planned_on, resumed_on, planned_review_on,
		reviewed_on, closed_on, moved_on, sessions, last_session_on, next_session_on,
		coach_changes, coach_changed_on
	from incoming
	join admitted using (id)
	order by id
	on conflict (id) do update
	set version = excluded.version, steps = excluded.steps, status = excluded.status,
		coach = excluded.coach, outcome = excluded.outcome, topics = excluded.topics,
		goals = excluded.goals, contact_id = excluded.contact_id,
		contact_role = excluded.contact_role, expected_sessions = excluded.expected_sessions,
		clarified_on = excluded.clarified_on, matched_on = excluded.matched_on,
		contracted_on = excluded.contracted_on, started_on = excluded.started_on,
		paused_on = excluded.paused_on, pause_reason = excluded.pause_reason,
		resume_planned_on = excluded.resume_planned_on, resumed_on = excluded.resumed_on,
		planned_review_on = excluded.planned_review_on, reviewed_on = excluded.reviewed_on,
		closed_on = excluded.closed_on, moved_on = excluded.moved_on,
		sessions = excluded.sessions, last_session_on = excluded.last_session_on,
		next_session_on = excluded.next_session_on, coach_changes = excluded.coach_changes,
		coach_changed_on = excluded.coach_changed_on
	where p.version = excluded.version - 1
	returning p.id, p.assignees
), loaded as (
	insert into coach_load (coach, taken)
	select coach, sum(change)
	from taking
	join written using (id),
		lateral (values (before, -1), (after, 1)) as c(coach, change)
	where coach is not null and before is distinct from after
	group by coach
	order by coach
	on conflict (coach) do update
	set taken = coach_load.taken + excluded.taken
), touched as (
	update coaching_step s
	set assignees = written.assignees, withdrawn_at = case
		when s.number > incoming.steps then coalesce(s.withdrawn_at, now())
		else s.withdrawn_at end
	from incoming
	join written using (id)
	join coaching_process p using (id)
	where s.coaching_id = incoming.id
		and (incoming.steps < p.steps or p.assignees <> written.assignees)
), stepped as (
	insert into coaching_step (fact_id, coaching_id, number, kind, valid_on, moves, step, after,
		participants, assignees)
	select (r ->> 'factId')::uuid, id, (r ->> 'number')::int, r ->> 'kind', (r ->> 'on')::date,
		(r ->> 'moves')::boolean, r,
		to_jsonb(incoming) - array['ordinal', 'id', 'version', 'participant', 'participants',
			'partners', 'requested_on', 'reopens', 'steps', 'recorded'],
		array(select jsonb_array_elements_text(participants)), written.assignees
	from incoming
	join written using (id),
		jsonb_array_elements(recorded) as r
)
-- include common/runtime/sql/save_tail.sql
