-- Saves subscriptions, each guarded by its own version.
-- include common/runtime/sql/save_head.sql
, incoming as (
	select c.id::uuid as id, c.version, i.*
	from unnest(:ordinal::int[], :recipient::text[], :email::text[], :participant::text[],
		:district::text[], :kind::text[], :scopes::jsonb[], :ended_on::date[])
		as i(ordinal, recipient, email, participant, district, kind, scopes, ended_on)
	join command c using (ordinal)
), written as (
	insert into subscription as s (id, version, recipient, email, participant, district, kind,
		scopes, ended_on)
	select id, version, recipient, email, participant, district, kind,
		array(select jsonb_array_elements_text(scopes)), ended_on
	from incoming
	order by id
	on conflict (id) do update
	set version = excluded.version, ended_on = excluded.ended_on
	where s.version = excluded.version - 1
	returning s.id
)
-- include common/runtime/sql/save_tail.sql
