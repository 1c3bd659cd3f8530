-- Where the applied schema files are kept. In a schema of its own, because it must be there before
-- the first one.
do $$
begin
	create schema if not exists asskomm_meta;
	create table if not exists asskomm_meta.migration (
		schema text not null,
		name text not null,
		sha256 text not null,
		applied_at timestamptz not null default now(),
		primary key (schema, name)
	);
end
$$
