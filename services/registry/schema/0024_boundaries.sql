-- Boundaries for maps: a set for each level, Land and status date of the geometry. Public.
create table boundaries (
	id text primary key, -- "districts/14/2021-01-01"
	version bigint not null,
	level text not null,
	land text not null,
	status_date date not null,
	credit text not null,
	credit_url text,
	tolerance_m int not null,
	shapes jsonb not null -- [{key, geometry, bounds}]; the geometry is the text of GeoJSON
);
create index boundaries_level on boundaries (level, land, status_date);

-- The places of a level that the territory knows, as the latest register that has them.
create function places_of(asked text) returns table (key text, name text, district text)
language sql stable
as $$
	select distinct on (key) key, name, district
	from register_entry
	where form = case asked when 'districts' then 'DISTRICT' when 'municipalities'
		then 'MUNICIPALITY' end
	order by key, status_date desc
$$;
