-- Saves budgets, each guarded by its own version.
-- include common/runtime/sql/save_head.sql
, incoming as (
	select c.id, c.version, i.*
	from unnest(:ordinal::int[], :year::int[], :amount_cents::bigint[], :decided_on::date[],
		:decisions::jsonb[])
		as i(ordinal, year, amount_cents, decided_on, decisions)
	join command c using (ordinal)
), written as (
	insert into budget as b (id, version, year, amount_cents, decided_on, decisions)
	select id, version, year, amount_cents, decided_on, decisions
	from incoming
	order by id
	on conflict (id) do update
	set version = excluded.version, amount_cents = excluded.amount_cents,
		decided_on = excluded.decided_on, decisions = excluded.decisions
	where b.version = excluded.version - 1
	returning b.id
)
-- include common/runtime/sql/save_tail.sql
