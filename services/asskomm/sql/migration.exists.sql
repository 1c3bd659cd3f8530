-- Whether any schema file was ever applied here.
select to_regclass('asskomm_meta.migration') is not null as exists
