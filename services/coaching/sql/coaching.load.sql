-- One coaching process, within the caller's scope.
select id, version, status, participant, to_jsonb(participants) as participants, requested_on,
	coach, outcome, entries
from coaching_process
where id = :id::uuid
