-- Saves contacts, each guarded by its own version.
-- include common/runtime/sql/save_head.sql
, incoming as (
	select c.id::uuid as id, c.version, i.*
	from unnest(:ordinal::int[], :name::text[], :function::text[], :phone::text[], :email::text[],
		:role::text[], :organisation::text[], :participant::text[], :purpose::text[],
		:legal_basis::text[], :consent_on::date[], :valid_from::date[], :valid_until::date[],
		:retain_until::date[], :participants::jsonb[], :erased_on::date[])
		as i(ordinal, name, function, phone, email, role, organisation, participant, purpose,
			legal_basis, consent_on, valid_from, valid_until, retain_until, participants, erased_on)
	join command c using (ordinal)
), written as (
	insert into contact as k (id, version, name, function, phone, email, role, organisation,
		participant, purpose, legal_basis, consent_on, valid_from, valid_until, retain_until,
		participants, erased_on)
	select id, version, name, function, phone, email, role, organisation, participant, purpose,
		legal_basis, consent_on, valid_from, valid_until, retain_until,
		array(select jsonb_array_elements_text(participants)), erased_on
	from incoming
	order by id
	on conflict (id) do update
	set version = excluded.version, name = excluded.name, function = excluded.function,
		phone = excluded.phone, email = excluded.email, role = excluded.role,
		organisation = excluded.organisation, participant = excluded.participant,
		purpose = excluded.purpose, legal_basis = excluded.legal_basis,
		consent_on = excluded.consent_on, valid_from = excluded.valid_from,
		valid_until = excluded.valid_until, retain_until = excluded.retain_until,
		participants = excluded.participants, erased_on = excluded.erased_on
	where k.version = excluded.version - 1
	returning k.id
)
-- include common/runtime/sql/save_tail.sql
