-- Ranks: a unit that has ended is counted by nobody, a value that changed stands behind the fact that
-- changed it, and the units that one fact turned on have an order of their own, so that the same
-- ledger always gives the same ranks.

-- What is known with a fact: came with it or before, and is not gone with it or before. The sum keeps
-- the planner from looking for it by number: nearly everything came before.
create function stands(seq bigint, gone_with bigint, moment bigint) returns boolean
language sql immutable
as $$
	select seq + 0 <= moment and (gone_with is null or gone_with > moment)
$$;

-- The marks that count on a day: of each unit the one that gave it the value it has then, known up
-- to a fact, unless that value is 0. Ranked by the day they count from; within a fact the unit's key
-- decides. Who took over from another stands where that one stood, with its fact and day, and says
-- so.
create function marks_on(wanted text, as_of date, known bigint)
returns table (unit text, seq bigint, valid_on date, n bigint, participant text, district text,
	inherited_from text, ordinal bigint, district_ordinal bigint) language sql stable
as $$
	with told as (
		select m.*, lag(m.n, 1, 0::bigint) over
			(partition by m.unit order by m.valid_on, m.phase, m.seq) as before
		from mark m
		where m.counter = wanted and m.valid_on <= as_of and stands(m.seq, m.gone_with, known)
	), latest as (
		-- what repeats the value that its unit has does not begin anew
		select distinct on (t.unit) t.unit, coalesce(t.origin_seq, t.seq) as seq,
			coalesce(t.origin_day, t.valid_on) as valid_on, t.n, t.participant, t.district,
			nullif(t.origin_unit, t.unit) as inherited_from
		from told t
		where t.n <> t.before or t.phase = 0
		order by t.unit, t.valid_on desc, t.phase desc, t.seq desc
	)
	select l.unit, l.seq, l.valid_on, l.n, l.participant, l.district, l.inherited_from,
		row_number() over (order by l.valid_on, l.seq, coalesce(l.inherited_from, l.unit), l.unit),
		row_number() over (partition by l.district
			order by l.valid_on, l.seq, coalesce(l.inherited_from, l.unit), l.unit)
	from latest l
	where l.n <> 0
$$;

-- How many units of a counter counted on a day, known up to a fact: for each question of the two
-- lists, in their order. One pass in the order of the ledger, over sums by day that can be added to
-- and asked for in as many steps as the days have bits.
create function counted_then(wanted text, seqs bigint[], days date[])
returns table (place bigint, units bigint) language plpgsql stable
as $$
declare
	first_day date;
	size int;
	sums bigint[];
	step record;
	at int;
	total bigint;
begin
	select least(min(day), min(valid_on)), greatest(max(day), max(valid_on)) - least(min(day),
			min(valid_on)) + 1
	into first_day, size
	from delta d
	full join unnest(days) as day on false
	where d.counter = wanted or d.counter is null;
	if size is null then
		return; -- nothing ever counted, and nothing is asked
	end if;
	sums := array_fill(0::bigint, array[size]);
	for step in
		select d.seq, d.valid_on - first_day + 1 as day, d.units, null::bigint as question
		from delta d
		where d.counter = wanted and d.units <> 0
		union all
		select q.seq, q.day - first_day + 1, 0, q.place
		from unnest(seqs, days) with ordinality as q(seq, day, place)
		order by seq, question nulls first
	loop
		at := step.day;
		if step.question is null then
			while at <= size loop
				sums[at] := sums[at] + step.units;
				at := at + (at & -at);
			end loop;
		else
			total := 0;
			while at > 0 loop
				total := total + sums[at];
				at := at - (at & -at);
			end loop;
			place := step.question;
			units := total;
			return next;
		end if;
	end loop;
end
$$;

-- Whether a unit was known to be no more on a day on which something was said of it: nobody counted it.
create function was_ended(wanted text, of_unit text, day date, known bigint) returns boolean
language sql stable
as $$
	select exists (
		select from mark
		where (counter, unit, valid_on, phase) = (wanted, of_unit, day, 2)
			and stands(seq, gone_with, known))
$$;

-- Of marks that count on a day (unit, fact, day): the rank that each had on its day in the ledger as
-- it was when it was numbered. Nothing known then lies behind it, so all units that counted were
-- before it, but for those of its own fact with a greater key.
create function ranks_as_recorded(wanted text, units text[], seqs bigint[], days date[])
returns table (place bigint, ordinal bigint) language sql stable
as $$
	select q.place, c.units + was_ended(wanted, q.unit, q.day, q.seq)::int
		- (select count(*) from mark other
			where other.seq = q.seq and other.counter = wanted and other.valid_on = q.day
				and other.phase = 1 and other.n <> 0 and other.unit > q.unit
				and not was_ended(wanted, other.unit, q.day, q.seq)
				and coalesce((
					select b.n = 0
					from mark b
					where b.counter = wanted and b.unit = other.unit
						and (b.valid_on, b.phase, b.seq) < (q.day, 1::smallint, q.seq)
						and stands(b.seq, b.gone_with, q.seq)
					order by b.valid_on desc, b.phase desc, b.seq desc
					limit 1), true))
	from unnest(units, seqs, days) with ordinality as q(unit, seq, day, place)
	join counted_then(wanted, seqs, days) as c using (place)
$$;

-- The rank of every mark of a counter on the day it began to count, as known with a fact: all that
-- counted at the end of that day, but for those that began behind it.
create function ranks_on_their_days(wanted text, known bigint)
returns table (unit text, seq bigint, valid_on date, ordinal bigint) language sql stable
as $$
	with spell as (
		select t.*, lead(t.valid_on) over
			(partition by t.unit order by t.valid_on, t.phase, t.seq) as until
		from (
			select m.unit, m.seq, m.valid_on, m.phase, m.n, lag(m.n, 1, 0::bigint) over
				(partition by m.unit order by m.valid_on, m.phase, m.seq) as before
			from mark m
			where m.counter = wanted and stands(m.seq, m.gone_with, known)) as t
		where t.n <> t.before or t.phase = 0
	), counting as (
		select s.unit, s.seq, s.valid_on, s.phase, s.until
		from spell s
		where s.n <> 0 and (s.until is null or s.until > s.valid_on)
	), active as (
		select day, sum(sum(change)) over (order by day) as units
		from (
			select c.valid_on as day, 1 as change from counting c
			union all
			select c.until, -1 from counting c where c.until is not null) as changes
		group by day
	)
	select c.unit, c.seq, c.valid_on, (a.units + 1 - row_number() over
		(partition by c.valid_on order by c.seq desc, c.unit desc))::bigint
	from counting c
	join active a on a.day = c.valid_on
	where c.phase = 1
$$;
