-- One contact as it is kept, with its role in words for what is left of it when it is erased.
select c.id, c.version, c.name, c.function, c.phone, c.email, c.role, c.organisation, c.participant,
	c.purpose, c.legal_basis, c.consent_on, c.valid_from, c.valid_until, c.retain_until,
	to_jsonb(c.participants) as participants, c.erased_on,
	(select k ->> 'labelDe'
		from code_list l, jsonb_array_elements(l.codes) as k
		where l.id in ('contact_roles', 'signatory_roles') and k ->> 'code' = c.role
		order by l.id
		limit 1) as role_label
from contact c
where c.id = :id::uuid
