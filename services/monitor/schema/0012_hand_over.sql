-- Successions: who takes the place of a municipality takes over what it counts as, and a merged one
-- counts once. From the day of the merger on
--   the predecessor counts for nothing, whatever is said of it;
--   the successor has the greatest of its own value and its predecessors' on the eve of that day,
--   until facts of its own on or after that day say otherwise. It keeps the earliest rank among them.
-- Who is no more takes nothing over; of a chain on one day the last link takes over from all.
--
-- This is kept in marks of their own, which follow from the facts known with a fact (the moment) and
-- change with it: a mark that no longer follows goes, one that newly follows comes, and both move
-- steps like any other mark.

-- What a unit counts as before a day in each counter, and what it is counted from; no row for 0.
create function counted_before(counters text[], of_unit text, day date, moment bigint)
returns table (counter text, n bigint, origin_unit text, origin_seq bigint, origin_day date)
language sql stable
as $$
	select l.counter, l.n, coalesce(l.origin_unit, l.unit), coalesce(l.origin_seq, l.seq),
		coalesce(l.origin_day, l.valid_on)
	from (
		select distinct on (t.counter) t.*
		from (
			select m.*, lag(m.n, 1, 0::bigint) over
				(partition by m.counter order by m.valid_on, m.phase, m.seq) as before
			from mark m
			where m.counter = any (counters) and m.unit = of_unit and m.valid_on < day
				and stands(m.seq, m.gone_with, moment)) as t
		where t.n <> t.before or t.phase = 0
		order by t.counter, t.valid_on desc, t.phase desc, t.seq desc) as l
	where l.n <> 0
$$;

-- The day from which on a unit is no more, or null.
create function ends_on(of_unit text, moment bigint) returns date language sql stable
as $$
	select min(valid_on) from succession
	where predecessor = of_unit and stands(seq, gone_with, moment)
$$;

-- What a successor takes over on a day: of all who give to it that day, also by way of others.
create function taken_over(taker text, day date, moment bigint) returns setof mark
language sql stable
as $$
	with recursive giver as (
		select predecessor as unit, counters, successor_district
		from succession
		where successor = taker and valid_on = day and stands(seq, gone_with, moment)
		union
		select s.predecessor, s.counters, g.successor_district
		from succession s, giver g
		where s.successor = g.unit and s.valid_on = day and stands(s.seq, s.gone_with, moment)
	), place as (
		select min(successor_district) as district, max(counters) as counters from giver
	)
	select best.counter, taker, moment, day, best.n, taker, place.district, null::bigint,
		0::smallint, best.origin_unit, best.origin_seq, best.origin_day, null::text,
		null::date
	from place, lateral (
		select distinct on (c.counter) c.*, u.unit as giver
		from (select unit from giver union select taker) as u,
			counted_before(place.counters, u.unit, day, moment) as c
		order by c.counter, c.n desc, c.origin_day, c.origin_seq, c.origin_unit, u.unit <> taker
	) as best
	where best.giver <> taker and coalesce(ends_on(taker, moment) > day, true)
$$;

-- Where a predecessor must be put to nothing: on its last day's morrow if it counted, and on each later
-- day on which facts say that it does.
create function put_to_nothing(gone_unit text, moment bigint) returns setof mark
language sql stable
as $$
	with gone as (
		select min(valid_on) as day, min(predecessor_district) as district,
			max(counters) as counters
		from succession
		where predecessor = gone_unit and stands(seq, gone_with, moment)
	), said as (
		select distinct on (m.counter, m.valid_on) m.counter, m.valid_on, m.n
		from gone g
		join mark m on m.counter = any (g.counters) and m.unit = gone_unit
			and m.valid_on >= g.day and m.phase < 2 and stands(m.seq, m.gone_with, moment)
		order by m.counter, m.valid_on, m.phase desc, m.seq desc
	), counting as (
		select counter, valid_on from said where n <> 0
		union all
		select c.counter, g.day
		from gone g, counted_before(g.counters, gone_unit, g.day, moment) as c
		where not exists (
			select from said s where s.counter = c.counter and s.valid_on = g.day)
	)
	select c.counter, gone_unit, moment, c.valid_on, 0::bigint, gone_unit, g.district,
		null::bigint, 2::smallint, null::text, null::bigint, null::date, null::text,
		null::date
	from counting c, gone g
$$;

-- Makes the marks of one phase of a unit (of one day, or of all) those that are wanted. One that came
-- with this very moment was seen by nobody.
create function settle(of_unit text, of_phase smallint, day date, moment bigint, known text[],
	wanted mark[])
returns void language plpgsql
as $$
declare
	standing mark[] := array(
		select m from mark m
		where m.counter = any (known) and m.unit = of_unit and m.phase = of_phase
			and (day is null or m.valid_on = day) and stands(m.seq, m.gone_with, moment)
	);
	stale mark;
begin
	foreach stale in array standing
	loop
		continue when exists (
			select from unnest(wanted) as w
			where (w.counter, w.valid_on, w.n, w.district) =
					(stale.counter, stale.valid_on, stale.n, stale.district)
				and (w.origin_unit, w.origin_seq, w.origin_day) is not distinct from
					(stale.origin_unit, stale.origin_seq, stale.origin_day));
		delete from mark m
		where (m.counter, m.unit, m.valid_on, m.phase, m.seq) =
			(stale.counter, of_unit, stale.valid_on, of_phase, moment);
		update mark m set gone_with = moment
		where (m.counter, m.unit, m.valid_on, m.phase, m.seq) =
			(stale.counter, of_unit, stale.valid_on, of_phase, stale.seq);
	end loop;
	insert into mark
	select w.*
	from unnest(wanted) as w
	where not exists (
		select from mark m
		where (m.counter, m.unit, m.valid_on, m.phase) = (w.counter, of_unit, w.valid_on, of_phase)
			and stands(m.seq, m.gone_with, moment));
end
$$;

-- With one fact: all who can be concerned by what it changed, day by day, since what is taken over on
-- a day hangs on the days before it.
create function hand_over_with(moment bigint, changed text[]) returns void language plpgsql
as $$
declare
	point record;
	concerned text[];
	known text[];
begin
	with recursive reached as (
		select unnest(changed) as unit
		union
		select s.successor
		from succession s
		join reached r on r.unit = s.predecessor
		where s.seq + 0 <= moment and (s.gone_with is null or s.gone_with >= moment)
	)
	select array_agg(unit) into concerned from reached;
	select array_agg(distinct counter) into known
	from succession s, unnest(s.counters) as counter
	where s.predecessor = any (concerned) or s.successor = any (concerned);
	for point in
		select valid_on as day, array_agg(distinct successor) as takers,
			array_agg(distinct predecessor) as gone
		from succession
		where seq + 0 <= moment and (gone_with is null or gone_with >= moment)
			and (predecessor = any (concerned) or successor = any (concerned))
		group by valid_on
		order by valid_on
	loop
		perform settle(taker, 0::smallint, point.day, moment, known,
			array(select t from taken_over(taker, point.day, moment) as t))
		from unnest(point.takers) as taker
		where taker <> '';
		perform settle(unit, 2::smallint, null, moment, known,
			array(select t from put_to_nothing(unit, moment) as t))
		from unnest(point.gone) as unit;
	end loop;
end
$$;

-- With each fact of a batch that changes a succession, or a unit that is part of one, in their order.
create function hand_over(first_seq bigint, last_seq bigint) returns void language plpgsql
as $$
declare
	change record;
begin
	if not exists (select from succession) then
		return;
	end if;
	for change in
		select moment, array_agg(distinct unit) as units
		from (
			select m.seq as moment, m.unit, min(m.valid_on) as valid_on from mark m
			where m.seq between first_seq and last_seq
			group by m.seq, m.unit
			union all
			select m.gone_with, m.unit, m.valid_on from mark m
			where m.gone_with between first_seq and last_seq
			union all
			select u.moment, u.unit, '-infinity'
			from succession s,
				unnest(array[s.seq, s.seq, s.gone_with, s.gone_with],
					array[s.predecessor, s.successor, s.predecessor, s.successor])
					as u(moment, unit)
			where u.moment between first_seq and last_seq
		) as all_changes
		where exists (select from succession s where s.predecessor = all_changes.unit)
			-- what is said of a successor later than that moves nothing
			or exists (select from succession s where s.successor = all_changes.unit
				and s.valid_on > all_changes.valid_on)
		group by moment
		order by moment
	loop
		perform hand_over_with(change.moment, array_remove(change.units, ''));
	end loop;
end
$$;
