-- Districts, municipalities, unions, police directorates; and `party`: everything that can take
-- part, with the names it may be called by. Territory is public: no row-level security.
create table territory (
	id text primary key,
	version bigint not null,
	status_date date not null,
	credit text not null,
	districts jsonb not null,
	municipalities jsonb not null,
	associations jsonb not null,
	police_directorates jsonb not null
);

create table party (
	key text primary key,
	name text not null,
	kind text not null,
	district text not null,
	members text[] not null, -- the keys by which it is seen: itself, or a consortium's members
	names text[] not null    -- folded
);
create index party_names on party using gin (names);

-- Names compare without case, in every alphabet of the register.
create function fold(name text) returns text language sql immutable parallel safe
as $$ select lower(name collate "und-x-icu") $$;

-- "Auerbach/Vogtl." is also "Auerbach", "Bautzen / Budyšin" also each of both.
create function names_of(name text) returns text[] language sql immutable parallel safe
as $$
	select array_agg(distinct fold(form))
	from (
		select name as form
		union all select split_part(name, '/', 1) where name not like '% / %'
		union all select unnest(string_to_array(name, ' / '))
	) as forms
	where form <> ''
$$;

-- What a key or name means within the caller's scope, as the message Resolved. A key is looked for
-- first: nothing is called by another's key. (plpgsql keeps its plans, an SQL function would be
-- planned at each call.)
create function resolve(reference text) returns jsonb language plpgsql stable
as $$
declare
	found jsonb;
begin
	select jsonb_agg(jsonb_build_object('key', key, 'name', name, 'kind', kind,
		'district', district))
	into found
	from party
	where key = reference and meta.in_scope(members);
	if found is null then
		select jsonb_agg(jsonb_build_object('key', key, 'name', name, 'kind', kind,
			'district', district) order by key)
		into found
		from party
		where names @> array[fold(reference)] and meta.in_scope(members);
	end if;
	return jsonb_build_object('reference', reference, 'candidates', coalesce(found, '[]'));
end
$$;
