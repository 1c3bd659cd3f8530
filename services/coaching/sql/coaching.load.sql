-- One coaching process, within the caller's scope.
select p.id, p.version, p.participant, to_jsonb(p.participants) as participants,
	to_jsonb(p.assignees) as assignees, p.partners, p.requested_on, p.reopens, p.steps,
	p.status, p.coach, p.outcome, p.topics, p.goals, p.contact_id, p.contact_role,
	p.expected_sessions, p.clarified_on, p.matched_on, p.contracted_on, p.started_on,
	p.paused_on, p.pause_reason, p.resume_planned_on, p.resumed_on, p.planned_review_on,
	p.reviewed_on, p.closed_on, p.moved_on, p.sessions, p.last_session_on, p.next_session_on,
	p.coach_changes, p.coach_changed_on
from coaching_process p
where p.id = :id::uuid
