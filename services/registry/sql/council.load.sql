-- One council, within the caller's scope.
select id, version, status, participant, to_jsonb(participants) as participants, constituted_on,
	entries
from council
where id = :id::uuid
