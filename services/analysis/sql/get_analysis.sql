-- One analysis within the caller's scope. Each town is told its own deliveries by list_deliveries.
select id, version, status, municipalities, to_jsonb(participants) as participants, kicked_off_on,
	presented_on, entries, procedure, revision, modules, plan, previous,
	'[]'::jsonb as deliveries
from security_analysis
where id = :id::uuid
