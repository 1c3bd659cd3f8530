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

-- The places of a level that the territory knows.
create function places_of(asked text) returns table (key text, name text, district text)
language sql stable
as $$
	select place ->> 'ags5', place ->> 'name', place ->> 'ags5'
	from territory, jsonb_array_elements(districts) as place
	where asked = 'districts'
	union all
	select place ->> 'ags8', place ->> 'name', place ->> 'district'
	from territory, jsonb_array_elements(municipalities) as place
	where asked = 'municipalities'
$$;
