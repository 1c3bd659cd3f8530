-- One contact as it is (version 0: a new one), with what the request's participant, organisation and
-- purpose mean.
select :id as id, coalesce(c.version, 0) as version, c.name, c.function, c.phone, c.email, c.role,
	c.organisation, c.participant, c.purpose, c.legal_basis, c.consent_on, c.valid_from,
	c.valid_until, c.retain_until, to_jsonb(c.participants) as participants, c.erased_on,
	case when :participant::text is not null then resolve(:participant) end as resolved,
	(select jsonb_build_object('key', o.id, 'name', o.name, 'kind', o.kind, 'areas', o.areas)
		from known_organisations() as o where o.id = :organisation) as employer,
	purpose_months(:purpose) as retention_months,
	unknown_codes('contact_purposes', jsonb_build_array(:purpose::text), :valid_from::date)
		as unknown_purposes
from (values (1)) as always(one)
left join contact c on c.id = :id::uuid
