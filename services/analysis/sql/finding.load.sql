-- One finding within the caller's scope.
select id, version, status, analysis_id, municipalities, to_jsonb(participants) as participants,
	action_field, summary, recommendations, found_on, entries
from finding
where id = :id::uuid
