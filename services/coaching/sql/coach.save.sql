-- Saves coaches of the pool, each guarded by its own version.
-- include common/runtime/sql/save_head.sql
, incoming as (
	select c.id, c.version, i.*
	from unnest(:ordinal::int[], :status::text[], :competences::jsonb[], :capacity::int[],
		:districts::jsonb[], :availability::jsonb[], :contact_id::uuid[], :registered_on::date[],
		:retired_on::date[])
		as i(ordinal, status, competences, capacity, districts, availability, contact_id,
			registered_on, retired_on)
	join command c using (ordinal)
), written as (
	insert into coach as c (id, version, status, competences, capacity, districts, availability,
		contact_id, registered_on, retired_on)
	select id, version, status, competences, capacity, districts, availability, contact_id,
		registered_on, retired_on
	from incoming
	order by id
	on conflict (id) do update
	set version = excluded.version, status = excluded.status, competences = excluded.competences,
		capacity = excluded.capacity, districts = excluded.districts,
		availability = excluded.availability, contact_id = excluded.contact_id,
		registered_on = excluded.registered_on, retired_on = excluded.retired_on
	where c.version = excluded.version - 1
	returning c.id
), counted as (
	insert into coach_load (coach, taken)
	select id, 0
	from written
	order by id
	on conflict (coach) do nothing
)
-- include common/runtime/sql/save_tail.sql
