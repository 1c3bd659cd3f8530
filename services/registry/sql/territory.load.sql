-- For the Länder of a register that comes in: the register before it, the one of the same day and
-- the one behind it, and what was confirmed about their keys.
with wanted as (
	select l ->> 'key' as land, r.*
	from jsonb_array_elements(:lands::jsonb) as l, lateral (
		select max(status_date) filter (where status_date < :status_date::date) as before,
			max(status_date) filter (where status_date = :status_date::date) as same,
			min(status_date) filter (where status_date > :status_date::date) as after
		from register
		where land = l ->> 'key'
	) as r
), together as (
	select array_agg(land) as lands, array_agg(before) as before, array_agg(same) as same,
		array_agg(after) as after
	from wanted
)
select 'DE' as id, coalesce((select version from territory where id = 'DE'), 0) as version,
	register_message(lands, before) as before, register_message(lands, same) as same,
	register_message(lands, after) as after,
	(select coalesce(jsonb_agg(jsonb_build_object('predecessor', predecessor, 'successor',
			successor, 'effectiveOn', effective_on, 'factId', fact_id)), '[]')
		from succession where left(predecessor, 2) = any (lands)) as known,
	-- what comes in is not there yet
	null::date as status_date, null as credit, null::date as population_on,
	null::jsonb as lands, null::jsonb as districts, null::jsonb as municipalities,
	null::jsonb as associations, null::jsonb as police_directorates,
	null::jsonb as successions
from together
