-- The schema files that were applied.
select schema, name, sha256 from asskomm_meta.migration
