-- What the registers tell of places, each for its day: names, districts, inhabitants. A register of an
-- earlier day may come in after a later one; which one is in force is asked by its day.

create table party (
	key text collate "C" not null,
	told_on date not null, -- status date of the register; of a consortium its founding
	seq bigint not null,
	kind text not null, -- municipality, area (nobody's), union, district, consortium
	name text not null,
	district text collate "C" not null,
	association text not null,
	population int not null,
	population_on date, -- null: of no given day
	primary key (key, told_on, seq)
);
create index party_told on party (told_on, seq);

create table member (
	consortium text collate "C" not null,
	key text collate "C" not null,
	seq bigint not null,
	primary key (consortium, key, seq)
);

create table district (
	district text collate "C" not null,
	told_on date not null,
	seq bigint not null,
	name text not null,
	kind text not null,
	police_directorate text not null,
	municipalities int not null,
	primary key (district, told_on, seq)
);

create function note_places(seqs bigint[], districts jsonb[], parties jsonb[]) returns void
language sql
as $$
	insert into district (district, told_on, seq, name, kind, police_directorate, municipalities)
	select d.district, d."toldOn", f.seq, d.name, d.kind, d."policeDirectorate", d.municipalities
	from unnest(seqs, districts) as f(seq, told),
		jsonb_to_recordset(f.told) as d(district text, "toldOn" date, name text, kind text,
			"policeDirectorate" text, municipalities int);
	insert into party (key, told_on, seq, kind, name, district, association, population,
		population_on)
	select p.key, p."toldOn", f.seq, p.kind, p.name, p.district, coalesce(p.association, ''),
		coalesce(p.population, 0), nullif(p."populationOn", '')::date
	from unnest(seqs, parties) as f(seq, told),
		jsonb_to_recordset(f.told) as p(key text, "toldOn" date, kind text, name text,
			district text, association text, population int, "populationOn" text);
	insert into member (consortium, key, seq)
	select distinct p.key, m.key, f.seq
	from unnest(seqs, parties) as f(seq, told),
		jsonb_to_recordset(f.told) as p(key text, members jsonb),
		jsonb_array_elements_text(p.members) as m(key)
$$;

-- A party as it was called on a day; before it was first told of, as it was called then; what was not
-- known yet only when nothing else is.
create function party_on(wanted text, as_of date, known bigint) returns setof party
language sql stable
as $$
	select *
	from party
	where key = wanted
	order by seq > known, told_on > as_of, abs(told_on - as_of), seq desc
	limit 1
$$;

-- The day of the register of each Land that is in force on a day: the last one up to then, or the
-- first one.
create function registers_on(as_of date, known bigint) returns table (land text, told_on date)
language sql stable
as $$
	select distinct on (land) land, told_on
	from (
		select distinct left(district, 2) as land, told_on
		from district
		where seq <= known or not exists (select from district where seq <= known)
	) as told
	order by land, told_on > as_of, abs(told_on - as_of)
$$;

create function districts_on(as_of date, known bigint) returns setof district language sql stable
as $$
	select distinct on (d.district) d.*
	from registers_on(as_of, known) r
	join district d on d.told_on = r.told_on and left(d.district, 2) = r.land
	order by d.district, d.seq > known, d.seq desc
$$;

-- Who stands on a day for one that was there after another day: itself, or the last of those who took
-- its place since; null when it was dissolved. Where a place went to several, the first.
create function stands_for(wanted text, after_day date, as_of date, known bigint) returns text
language plpgsql stable
as $$
declare
	unit text := wanted;
	since date := after_day;
	next_one record;
begin
	for turn in 1..20 loop -- mergers that go in a circle end somewhere
		select successor, valid_on into next_one
		from succession
		where predecessor = unit and valid_on <= as_of
			and (valid_on > since or turn > 1 and valid_on = since)
			and seq <= known and (gone_with is null or gone_with > known)
		order by valid_on, seq
		limit 1;
		exit when not found;
		if next_one.successor = '' then
			return null;
		end if;
		unit := next_one.successor;
		since := next_one.valid_on;
	end loop;
	return unit;
end
$$;

-- The municipalities that there are on a day, with their inhabitants by the register in force; of a
-- merger since then with those of all who went into it.
create function municipalities_on(as_of date, known bigint)
returns table (origin text, key text, association text, population int, population_on date)
language sql stable
as $$
	select p.key, case when exists (select from succession s where s.predecessor = p.key)
			then stands_for(p.key, p.told_on, as_of, known) else p.key end,
		p.association, p.population, p.population_on
	from (
		select distinct on (t.key) t.*
		from registers_on(as_of, known) r
		join party t on t.told_on = r.told_on and left(t.district, 2) = r.land
		where t.kind = 'municipality'
		order by t.key, t.seq > known, t.seq desc
	) as p
$$;

-- Refuses what nobody ever told of; nothing asked is no refusal.
create function must_know(wanted_district text, wanted_key text) returns boolean
language plpgsql stable
as $$
begin
	if wanted_district is not null
		and not exists (select from district where district = wanted_district)
		or wanted_key is not null and not exists (select from party where key = wanted_key)
	then
		raise no_data_found;
	end if;
	return true;
end
$$;

-- The same of a track and its stages.
create function must_know_stage(wanted_track text, wanted_stage text) returns boolean
language plpgsql stable
as $$
begin
	if (wanted_track is not null or wanted_stage is not null) and not exists (
		select from stage
		where track = coalesce(wanted_track, track) and code = coalesce(wanted_stage, code))
	then
		raise no_data_found;
	end if;
	return true;
end
$$;
