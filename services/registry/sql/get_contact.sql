-- One contact. That it was read is kept in the same statement: nobody reads unseen.
with found as (
	select id, version, name, function, phone, email, role, organisation, participant, purpose,
		legal_basis, consent_on, valid_from, valid_until, retain_until, participants, erased_on
	from contact
	where id = :id::uuid
), noted as (
	insert into contact_read (contact_id, reader, participants)
	select id, :actor, participants
	from found
	where erased_on is null
)
select id, version, name, function, phone, email, role, organisation, participant, purpose,
	legal_basis, consent_on, valid_from, valid_until, retain_until,
	to_jsonb(participants) as participants, erased_on
from found
