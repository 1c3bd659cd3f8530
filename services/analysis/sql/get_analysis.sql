-- One analysis within the caller's scope.
select id, version, status, municipalities, to_jsonb(participants) as participants, kicked_off_on,
	presented_on, entries, procedure, revision, modules, plan, previous
from security_analysis
where id = :id::uuid
