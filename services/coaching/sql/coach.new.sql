-- A coach who is to join the pool; version 0 unless it was there before.
select n.id, coalesce(c.version, 0) as version, c.status, coalesce(c.competences, '[]') as competences,
	coalesce(c.capacity, 0) as capacity, coalesce(c.districts, '[]') as districts,
	coalesce(c.availability, '[]') as availability, c.contact_id, c.registered_on, c.retired_on
from (select :id::text as id) as n
left join coach c using (id)
