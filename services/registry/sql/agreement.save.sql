-- Saves agreements with their accessions and the contacts of those who signed.
-- include common/runtime/sql/save_head.sql
, incoming as (
	select c.id::uuid as id, c.version, i.*
	from unnest(:ordinal::int[], :status::text[], :signed_on::date[], :mode::text[],
		:participants::jsonb[], :accessions::jsonb[], :signatories::jsonb[], :witnesses::jsonb[],
		:action_fields::jsonb[], :contacts::jsonb[])
		as i(ordinal, status, signed_on, mode, participants, accessions, signatories, witnesses,
			action_fields, contacts)
	join command c using (ordinal)
), written as (
	insert into agreement as a (id, version, status, signed_on, mode, participants, accessions,
		signatories, witnesses, action_fields)
	select id, version, status, signed_on, mode,
		array(select jsonb_array_elements_text(participants)), accessions, signatories, witnesses,
		action_fields
	from incoming
	order by id
	on conflict (id) do update
	set version = excluded.version, status = excluded.status, signed_on = excluded.signed_on,
		accessions = excluded.accessions
	where a.version = excluded.version - 1
	returning a.id
), acceded as (
	insert into accession as x (agreement_id, participant, in_force)
	select id, a ->> 'participant', case when status = 'WITHDRAWN' then 'empty'
		else daterange(signed_on, nullif(a ->> 'terminatedOn', '')::date) end
	from incoming
	join written using (id),
		jsonb_array_elements(accessions) as a
	order by a ->> 'participant'
	on conflict (agreement_id, participant) do update
	set in_force = excluded.in_force
), known as (
	insert into contact (id, version, name, role, organisation, purpose, legal_basis, valid_from,
		retain_until, participants)
	select (k ->> 'id')::uuid, 1, k ->> 'name', k ->> 'role', k ->> 'organisation', k ->> 'purpose',
		'PUBLIC_TASK', signed_on, kept_until(k ->> 'purpose', signed_on),
		contact_reach(k ->> 'organisation', array(select jsonb_array_elements_text(participants)))
	from incoming
	join written using (id),
		jsonb_array_elements(contacts) as k
)
-- include common/runtime/sql/save_tail.sql
