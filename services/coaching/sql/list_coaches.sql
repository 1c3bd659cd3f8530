-- The pool of coaches, by reference. The cursor is the last one's.
select c.id, c.version, c.status, c.competences, c.capacity, c.districts, c.availability, c.contact_id,
	c.registered_on, c.retired_on, coalesce(l.taken, 0) as taken,
	case when row_number() over place = page.size and lead(c.id) over place is not null
		then c.id end as next
from coach c
left join coach_load l on l.coach = c.id,
	(select coalesce(nullif(:limit::int, 0), 100) as size) as page
where c.status = coalesce(:status::text, 'IN_POOL')
	and (:competence::text is null or c.competences @> to_jsonb(:competence::text))
	and (:district::text is null or c.districts = '[]' or c.districts @> to_jsonb(:district::text))
	and (not :free::boolean or coalesce(l.taken, 0) < c.capacity)
	and (:cursor::text is null or c.id > :cursor)
window place as (order by c.id)
order by c.id
limit coalesce(nullif(:limit::int, 0), 100)
