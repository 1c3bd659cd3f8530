-- Every register of municipalities that was imported, and what follows from all of them: `party`,
-- everything that can take part, with the names it may be called by and the days on which it is
-- valid. Territory is public: no row-level security.
create table territory (
	id text primary key,
	version bigint not null
);

-- One Land's part of the register of a day.
create table register (
	land text not null,
	status_date date not null,
	name text not null,
	seat text not null,
	credit text not null,
	population_on date not null,
	police_directorates jsonb not null,
	primary key (land, status_date)
);

-- One row of a register: a message District, Municipality or Association.
create table register_entry (
	key text not null,
	status_date date not null,
	land text not null,
	form text not null, -- DISTRICT, MUNICIPALITY, ASSOCIATION
	body jsonb not null,
	name text not null generated always as (body ->> 'name') stored,
	district text not null generated always as (coalesce(body ->> 'ags5', body ->> 'district')) stored,
	primary key (key, status_date),
	foreign key (land, status_date) references register deferrable initially deferred
);
create index register_entry_land on register_entry (land, status_date);

-- Who took the place of whom, as an operator confirmed it.
create table succession (
	predecessor text primary key,
	successor text not null, -- empty: nobody
	effective_on date not null,
	fact_id uuid not null
);

create table party (
	key text primary key,
	name text not null,      -- the latest one
	kind text not null,
	district text not null,
	members text[] not null, -- the keys by which it is seen: itself, or a consortium's members
	names text[] not null,   -- folded; all it ever had
	valid_from date,         -- first day; null: as long as anybody knows
	valid_until date,        -- last day; null: still
	successor text           -- key
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

-- Which row of the registers speaks for a day: the latest until then, else the first one.
create function entry_on(of_key text, day date) returns setof register_entry language sql stable
rows 1 as $$
	select *
	from register_entry
	where key = of_key
	order by status_date > day, abs(status_date - day)
	limit 1
$$;

create function is_valid_on(valid_from date, valid_until date, day date) returns boolean
language sql immutable parallel safe
as $$ select (valid_from is null or valid_from <= day) and (valid_until is null or valid_until >= day) $$;

-- Parties as lists of candidates, the message Party.
create function party_message(p party) returns jsonb language sql stable
as $$
	select jsonb_strip_nulls(jsonb_build_object('key', p.key, 'name', p.name, 'kind', p.kind,
		'district', p.district, 'validFrom', p.valid_from, 'validUntil', p.valid_until,
		'successor', p.successor, 'successorName',
		(select s.name from party s where s.key = p.successor)))
$$;

-- What a key or name means within the caller's scope, as the message Resolved. A key is looked for
-- first: nothing is called by another's key. Ended ones are among the candidates: which of them is
-- meant on a day, a rule decides. (plpgsql keeps its plans, an SQL function would be planned at each
-- call.)
create function resolve(reference text) returns jsonb language plpgsql stable
as $$
declare
	found jsonb;
begin
	select jsonb_agg(party_message(p))
	into found
	from party p
	where p.key = reference and meta.in_scope(p.members);
	if found is null then
		select jsonb_agg(party_message(p) order by p.key)
		into found
		from party p
		where p.names @> array[fold(reference)] and meta.in_scope(p.members);
	end if;
	return jsonb_build_object('reference', reference, 'candidates', coalesce(found, '[]'));
end
$$;

-- The registers of these Länder on these days (null: none) as one message Register, or null.
create function register_message(lands text[], days date[]) returns jsonb language sql stable
as $$
	with chosen as (
		select r.*
		from unnest(lands, days) as c(land, status_date)
		join register r using (land, status_date)
	), entry as (
		select e.key, e.form, e.body
		from chosen c
		join register_entry e using (land, status_date)
	)
	select case when exists (select from chosen) then jsonb_build_object(
		'lands', (select jsonb_agg(jsonb_build_object('key', land, 'name', name, 'seat', seat,
			'statusDate', status_date) order by land) from chosen),
		'districts', (select coalesce(jsonb_agg(body order by key), '[]') from entry
			where form = 'DISTRICT'),
		'municipalities', (select coalesce(jsonb_agg(body order by key), '[]') from entry
			where form = 'MUNICIPALITY'),
		'associations', (select coalesce(jsonb_agg(body order by key), '[]') from entry
			where form = 'ASSOCIATION'),
		'policeDirectorates', (select coalesce(jsonb_agg(distinct p), '[]') from chosen,
			jsonb_array_elements(police_directorates) as p),
		'credit', (select min(credit) from chosen),
		'populationOn', (select min(population_on) from chosen)) end
$$;
