-- Contacts that hold their role on a day, in the order of their beginning; those in the caller's
-- scope. That each was read is kept in the same statement. The cursor is the last one's day and id.
with found as (
	select id, version, name, function, phone, email, role, organisation, participant, purpose,
		legal_basis, consent_on, valid_from, valid_until, retain_until, participants,
		case when row_number() over place = page.size and lead(id) over place is not null
			then valid_from || '_' || id end as next
	from contact,
		(select coalesce(nullif(:limit::int, 0), 100) as size,
			coalesce(:as_of::date, :today::date) as day) as page
	where erased_on is null
		and valid_from <= page.day
		and coalesce(valid_until >= page.day, true)
		and (:participant::text is null or participant = :participant)
		and (:organisation::text is null or organisation = :organisation)
		and (:role::text is null or role = :role)
		and (:purpose::text is null or purpose = :purpose)
		and (:cursor::text is null or (valid_from, id)
			> (split_part(:cursor, '_', 1)::date, split_part(:cursor, '_', 2)::uuid))
	window place as (order by valid_from, id)
	order by valid_from, id
	limit coalesce(nullif(:limit::int, 0), 100)
), noted as (
	insert into contact_read (contact_id, reader, participants)
	select id, :actor, participants
	from found
)
select id, version, name, function, phone, email, role, organisation, participant, purpose,
	legal_basis, consent_on, valid_from, valid_until, retain_until,
	to_jsonb(participants) as participants, null::date as erased_on, next
from found
order by valid_from, id
