-- One coach of the pool.
select c.id, c.version, c.status, c.competences, c.capacity, c.districts, c.availability, c.contact_id,
	c.registered_on, c.retired_on, coalesce(l.taken, 0) as taken
from coach c
left join coach_load l on l.coach = c.id
where c.id = :id
