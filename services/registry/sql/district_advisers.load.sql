-- All who advise one district; before the first assignment nobody does (version 0).
select :key as id, coalesce(d.version, 0) as version, to_jsonb(array[:key]) as participants,
	d.assignments, exists (select from party where district = :key) as known
from (values (1)) as always(one)
left join district_advisers d on d.id = :key
