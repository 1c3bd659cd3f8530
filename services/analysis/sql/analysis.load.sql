-- One analysis, within the caller's scope.
select id, version, status, municipalities, to_jsonb(participants) as participants, kicked_off_on,
	presented_on, entries
from security_analysis
where id = :id::uuid
