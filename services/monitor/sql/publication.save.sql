-- Saves publications, each guarded by its own version; all but the withdrawal is written once.
-- include common/runtime/sql/save_head.sql
, incoming as (
	select c.id::uuid as id, c.version, i.*
	from unnest(:ordinal::int[], :title::text[], :published_on::date[], :as_of::date[],
		:known_at::text[], :ledger_seq::bigint[], :figures::jsonb[], :entry_id::uuid[],
		:withdrawn::text[])
		as i(ordinal, title, published_on, as_of, known_at, ledger_seq, figures, entry_id, withdrawn)
	join command c using (ordinal)
), written as (
	insert into publication as p (id, version, title, published_on, as_of, known_at, ledger_seq,
		figures, entry_id, withdrawn)
	select id, version, title, published_on, as_of, known_at, ledger_seq, figures, entry_id, withdrawn
	from incoming
	order by id
	on conflict (id) do update
	set version = excluded.version, withdrawn = excluded.withdrawn
	where p.version = excluded.version - 1
	returning p.id
)
-- include common/runtime/sql/save_tail.sql
