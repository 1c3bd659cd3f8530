-- Figures as append-only deltas with totals by day, month and year.
--
-- A mark is what one fact says about one unit of one counter: from valid_on on its value is n. A
-- unit's value on a day is that of its last mark by (valid_on, seq); a counter is the sum over its
-- units. Deltas are the steps of that function; a late or corrected fact adds deltas that move
-- steps, it never changes one. `total` holds their sums, so that a figure adds at most
-- years + 12 + 31 rows however long the history is.
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

create table total (
	counter text collate "C" not null,
	district text collate "C" not null,
	grain text collate "C" not null, -- day, month, year, ever
	starts_on date not null,
	n bigint not null,
	primary key (grain, starts_on, counter, district) -- what a figure adds up lies together
);

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

-- The first day of what a day lies in.
create function starts_in(grain text, day date) returns date language sql immutable
as $$
	select case grain when 'ever' then '-infinity' else date_trunc(grain, day::timestamp)::date end
$$;

-- Whether a day lies in the later half of all days on which something happened.
create function is_late(day date) returns boolean language sql stable
as $$
	select coalesce(day > first_day + (last_day - first_day) / 2, false)
	from (
		select min(starts_on) as first_day, max(starts_on) as last_day
		from total
		where grain = 'day') as days
$$;

-- Every counter's value on a day by district, known up to a fact: the totals up to that day, or all
-- there ever was without those behind it, whichever is nearer; minus what was learned later.
create function figures_on(as_of date, known bigint)
returns table (counter text, district text, n bigint) language sql stable
as $$
	select counter, district, sum(n)::bigint
	from (
		select counter, district, n from total
		where grain = 'year' and starts_on < starts_in('year', as_of)
			and not (select is_late(as_of))
		union all
		select counter, district, n from total
		where grain = 'month' and starts_on >= starts_in('year', as_of)
			and starts_on < starts_in('month', as_of) and not (select is_late(as_of))
		union all
		select counter, district, n from total
		where grain = 'day' and starts_on >= starts_in('month', as_of) and starts_on <= as_of
			and not (select is_late(as_of))
		union all
		select counter, district, n from total
		where grain = 'ever' and starts_on = '-infinity' and (select is_late(as_of))
		union all
		select counter, district, -n from total
		where grain = 'year' and starts_on > starts_in('year', as_of)
			and (select is_late(as_of))
		union all
		select counter, district, -n from total
		where grain = 'month' and starts_on > starts_in('month', as_of)
			and starts_on < starts_in('year', as_of) + interval '1 year'
			and (select is_late(as_of))
		union all
		select counter, district, -n from total
		where grain = 'day' and starts_on > as_of
			and starts_on < starts_in('month', as_of) + interval '1 month'
			and (select is_late(as_of))
		union all
		select counter, district, -n from delta
		where seq > known and valid_on <= as_of
	) as parts
	group by counter, district
$$;
