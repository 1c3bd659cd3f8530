-- One participant as it stands; a key that the territory knows but without a fact has version 0.
select y.key as id, coalesce(p.version, 0) as version, y.name, y.kind, y.district,
	to_jsonb(y.members) as participants, p.contacted_on, p.advised_on, p.cooperation_level,
	p.preliminary_agreement_on, p.model_municipality_on, p.entries
from party y
left join participant p on p.id = y.key
where y.key = :key and meta.in_scope(y.members)
