-- One agreement, within the caller's scope.
select id, version, status, signed_on, mode, to_jsonb(participants) as participants, accessions,
	signatories, witnesses, action_fields
from agreement
where id = :id::uuid
