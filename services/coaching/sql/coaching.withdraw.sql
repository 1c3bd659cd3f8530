-- One coaching process with its latest facts and how it stood before the last of them, and what the
-- pool knows of the coach it had then.
select p.id, p.version, p.participant, to_jsonb(p.participants) as participants,
	to_jsonb(p.assignees) as assignees, p.partners, p.requested_on, p.reopens, p.steps,
	p.status, p.coach, p.outcome, p.topics, p.goals, p.contact_id, p.contact_role,
	p.expected_sessions, p.clarified_on, p.matched_on, p.contracted_on, p.started_on,
	p.paused_on, p.pause_reason, p.resume_planned_on, p.resumed_on, p.planned_review_on,
	p.reviewed_on, p.closed_on, p.moved_on, p.sessions, p.last_session_on, p.next_session_on,
	p.coach_changes, p.coach_changed_on,
	(select n.id from coaching_process n where n.reopens = p.id and n.status <> 'WITHDRAWN')
		as reopened_as,
	coaching_entries(p.id, null) as entries,
	(select s.after from coaching_step s
		where s.coaching_id = p.id and s.number = p.steps - 1 and s.withdrawn_at is null) as before,
	(select jsonb_build_object('id', c.id, 'status', c.status, 'capacity', c.capacity,
			'taken', coalesce(l.taken, 0))
		from coaching_step s
		join coach c on c.id = s.after ->> 'coach'
		left join coach_load l on l.coach = c.id
		where s.coaching_id = p.id and s.number = p.steps - 1 and s.withdrawn_at is null) as offered
from coaching_process p
where p.id = :id::uuid
