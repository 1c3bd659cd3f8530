-- Facts that follow each other, an item of each array for each: their marks come in, the marks of the
-- facts that they correct go, and the steps that this moves become deltas. Nothing is folded twice:
-- a row for each fact, or none at all (schema/0013_fold.sql).
select seq
from fold(:seq::bigint[], :epoch::text[], :fact_id::uuid[], :type::text[], :valid_on::date[],
	:recorded_at::timestamptz[], :participants::jsonb[], :provenance::text[], :citation::text[],
	:corrects::uuid[], :marks::jsonb[], :cases::jsonb[], :successions::jsonb[], :districts::jsonb[],
	:parties::jsonb[]) as seq
