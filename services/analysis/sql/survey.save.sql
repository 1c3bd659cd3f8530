-- Saves surveys, each guarded by its own version.
-- include common/runtime/sql/save_head.sql
, incoming as (
	select c.id, c.version, i.*
	from unnest(:ordinal::int[], :analysis_id::uuid[], :municipality::jsonb[],
		:participants::jsonb[], :surveyed_on::date[], :sample::int[], :returns::int[],
		:indicators::jsonb[], :file_name::text[], :sha256::text[], :rows::int[], :told_by::uuid[])
		as i(ordinal, analysis_id, municipality, participants, surveyed_on, sample, returns,
			indicators, file_name, sha256, rows, told_by)
	join command c using (ordinal)
), written as (
	insert into survey as s (id, version, analysis_id, municipality, participants, surveyed_on,
		sample, returns, indicators, file_name, sha256, rows, told_by)
	select id, version, analysis_id, municipality,
		array(select jsonb_array_elements_text(participants)), surveyed_on, sample, returns,
		indicators, file_name, sha256, rows, told_by
	from incoming
	order by id
	on conflict (id) do update
	set version = excluded.version, surveyed_on = excluded.surveyed_on, sample = excluded.sample,
		returns = excluded.returns, indicators = excluded.indicators,
		file_name = excluded.file_name, sha256 = excluded.sha256, rows = excluded.rows,
		told_by = excluded.told_by
	where s.version = excluded.version - 1
	returning s.id
)
-- include common/runtime/sql/save_tail.sql
