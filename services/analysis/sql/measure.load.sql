-- One measure within the caller's scope.
select id, version, status, analysis_id, municipalities, to_jsonb(participants) as participants,
	finding_id, recommendation, title, action_field, owner_role, owner_organisation, decided_on,
	first_due_on, due_on, due_changes, started_on, finished_on, dropped_on, dropped_because,
	evaluations, entries
from measure
where id = :id::uuid
