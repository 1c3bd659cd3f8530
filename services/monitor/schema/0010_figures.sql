-- Figures as append-only deltas, with what stands at some days.
--
-- A mark is what one fact says about one unit of one counter: from valid_on on its value is n. A
-- unit's value on a day is that of its last mark by (valid_on, seq); a counter is the sum over its
-- units. Deltas are the steps of that function; a late or corrected fact adds deltas that move
-- steps, it never changes one.
--
-- The time is cut wherever there are more deltas between two cuts than figures at the first one;
-- `standing` holds the figures at each cut. So a page of figures adds up about as many rows as it
-- shows, however long the history is, and a fact touches the cuts that lie behind its day: mostly
-- none.
create table fact (
	seq bigint primary key,
	fact_id uuid not null unique,
	type text not null,
	valid_on date not null,
	recorded_at timestamptz not null,
	participants text[] not null,
	provenance text not null,
	citation text not null,
	corrected_by bigint -- the fact that replaced it or took it back
);
create index fact_recorded on fact (recorded_at, seq);

-- Keys are compared by their bytes: the fold compares little else.
create table mark (
	counter text collate "C" not null,
	unit text collate "C" not null,
	seq bigint not null, -- of the fact that it became known with
	valid_on date not null,
	n bigint not null,
	participant text not null,
	district text collate "C" not null,
	gone_with bigint, -- seq of the fact that took it back
	-- within a day: 0 a successor takes over, 1 what facts say, 2 a predecessor is no more
	phase smallint not null default 1,
	-- of what was taken over (phase 0): the unit, fact and day that it counts from
	origin_unit text,
	origin_seq bigint,
	origin_day date,
	-- of a deadline: who is to act, and the day that was planned first
	responsible text,
	first_on date,
	primary key (counter, unit, valid_on, phase, seq) -- a unit's timeline in order
);
create index mark_seq on mark (seq);
create index mark_gone on mark (gone_with) where gone_with is not null;

-- Who took whose place, and in which counters what was counted for the one counts for the other.
create table succession (
	seq bigint primary key,
	predecessor text collate "C" not null,
	predecessor_district text not null,
	successor text collate "C" not null, -- empty: dissolved, nobody takes over
	successor_district text not null,
	valid_on date not null, -- first day of the successor
	counters text[] not null,
	gone_with bigint
);
create index succession_predecessor on succession (predecessor);
create index succession_successor on succession (successor);

create table delta (
	counter text collate "C" not null,
	district text collate "C" not null,
	valid_on date not null,
	seq bigint not null,
	n bigint not null,
	units int not null, -- by how many more or fewer units count
	primary key (counter, district, valid_on, seq)
);
create index delta_seq on delta (seq);
create index delta_day on delta (valid_on, district);

create table cut (
	starts_on date primary key,
	deltas int not null, -- from here to the next cut
	figures int not null -- when it was made
);
insert into cut (starts_on, deltas, figures) values ('-infinity', 0, 0);

-- The sum of all deltas before a cut.
create table standing (
	starts_on date not null,
	district text collate "C" not null,
	counter text collate "C" not null,
	n bigint not null,
	primary key (starts_on, district, counter)
) with (fillfactor = 80); -- late facts change rows in their place

-- The last fact known at an instant; a date means its end in Europe/Berlin, nothing means now.
create function known_seq(known_at text) returns bigint language plpgsql stable
as $$
declare
	ends_before timestamptz;
begin
	if known_at is null then
		return (select coalesce(max(seq), 0) from fact);
	end if;
	if known_at ~ '^\d{4}-\d{2}-\d{2}$' then
		ends_before := (known_at::date + 1)::timestamp at time zone 'Europe/Berlin';
	else
		ends_before := known_at::timestamptz + interval '1 microsecond';
	end if;
	-- both rise together, so the last one is the greatest
	return coalesce((
		select seq from fact where recorded_at < ends_before
		order by recorded_at desc, seq desc limit 1), 0);
end
$$;

-- The cut to count from for the end of a day: the last one before it, or the one behind it where that
-- is nearer.
create function cut_near(as_of date) returns date language sql stable
as $$
	select case when next.starts_on - as_of < as_of - last.told_on then next.starts_on
		else last.starts_on end
	from (
		select starts_on,
			case when isfinite(starts_on) then starts_on
				else (select min(valid_on) from delta) end as told_on
		from cut
		where starts_on <= as_of
		order by starts_on desc
		limit 1) as last
	left join lateral (
		select starts_on from cut
		where starts_on > as_of
		order by starts_on
		limit 1) as next on true
$$;

-- Every counter's value on a day by district, known up to a fact: what stands at a cut and the deltas
-- between it and the day, minus what was learned later.
create function figures_on(as_of date, known bigint, wanted text default null)
returns table (counter text, district text, n bigint) language plpgsql stable rows 5000
set enable_sort = off -- thousands are added up, though few are expected
as $$
declare
	near date := cut_near(as_of);
	from_district text := coalesce(wanted, '');
	to_district text := coalesce(wanted, '~'); -- behind all keys
begin
	return query
		select p.counter, p.district, sum(p.n)::bigint
		from (
			select s.counter, s.district, s.n from standing s
			where s.starts_on = near and s.district between from_district and to_district
			union all
			select d.counter, d.district, d.n from delta d
			where d.valid_on between near and as_of
				and d.district between from_district and to_district
			union all
			select d.counter, d.district, -d.n from delta d
			where d.valid_on > as_of and d.valid_on < near
				and d.district between from_district and to_district
			union all
			select d.counter, d.district, -d.n from delta d
			where d.seq > known and d.valid_on + 0 <= as_of -- looked for by number alone
				and d.district between from_district and to_district
		) as p
		group by p.counter, p.district;
end
$$;

-- Where there are more deltas between two cuts than figures, the days between them are cut in halves. A
-- day cannot be.
create function make_cuts() returns void language plpgsql
as $$
declare
	long record;
	middle date;
begin
	for long in
		select c.starts_on, c.deltas, c.ends_before
		from (
			select starts_on, deltas, figures, lead(starts_on, 1, 'infinity') over
				(order by starts_on) as ends_before
			from cut) as c
		where c.deltas > greatest(c.figures, 200)
			and (not isfinite(c.starts_on) or c.starts_on + 1 < c.ends_before)
	loop
		select d.valid_on into middle
		from delta d
		where d.valid_on >= long.starts_on and d.valid_on < long.ends_before
		order by d.valid_on
		offset long.deltas / 2
		limit 1;
		if middle = long.starts_on then
			middle := middle + 1;
		end if;
		insert into standing (starts_on, district, counter, n)
		select middle, p.district, p.counter, sum(p.n)
		from (
			select s.district, s.counter, s.n from standing s
			where s.starts_on = long.starts_on
			union all
			select d.district, d.counter, d.n from delta d
			where d.valid_on >= long.starts_on and d.valid_on < middle
		) as p
		group by p.district, p.counter
		having sum(p.n) <> 0
		order by p.district, p.counter;
		insert into cut (starts_on, deltas, figures)
		select middle, (select count(*) from delta d
				where d.valid_on >= middle and d.valid_on < long.ends_before),
			(select count(*) from standing s where s.starts_on = middle);
		update cut c set deltas = (
			select count(*) from delta d
			where d.valid_on >= long.starts_on and d.valid_on < middle)
		where c.starts_on = long.starts_on;
	end loop;
end
$$;
