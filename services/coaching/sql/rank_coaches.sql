-- A coaching, the pool, and who of it has worked with the participants before: what a ranking is made
-- of.
select p.id, to_jsonb(p.participants) as participants, p.topics, p.coach, :today as today,
	(select coalesce(jsonb_agg(jsonb_build_object('id', c.id, 'status', c.status,
			'competences', c.competences, 'capacity', c.capacity, 'districts', c.districts,
			'availability', c.availability, 'taken', coalesce(l.taken, 0)) order by c.id), '[]')
		from coach c
		left join coach_load l on l.coach = c.id
		where c.status = 'IN_POOL') as coaches,
	(select coalesce(jsonb_agg(w order by w.coach), '[]')
		from (
			select o.coach, count(*) as coachings, sum(o.sessions) as sessions
			from coaching_process o
			where o.participants && p.participants and o.id <> p.id and o.coach is not null
				and o.status <> 'WITHDRAWN'
			group by o.coach) as w) as earlier
from coaching_process p
where p.id = :id::uuid
