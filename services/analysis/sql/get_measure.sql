-- One measure within the caller's scope, and for how long it is overdue today.
select id, version, status, analysis_id, municipalities, to_jsonb(participants) as participants,
	finding_id, recommendation, title, action_field, owner_role, owner_organisation, decided_on,
	first_due_on, due_on, due_changes, started_on, finished_on, dropped_on, dropped_because,
	evaluations, entries,
	case when status in ('PLANNED', 'RUNNING')
		then greatest(:today::date - due_on, 0) else 0 end as days_overdue
from measure
where id = :id::uuid
