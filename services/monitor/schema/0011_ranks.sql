-- Ranks: a unit that has ended is counted by nobody, and the units that one fact turned on have an
-- order of their own, so that the same ledger always gives the same ranks.

-- As before; within a fact the unit's key decides.
create or replace function marks_on(wanted text, as_of date, known bigint)
returns table (unit text, seq bigint, valid_on date, n bigint, participant text, district text,
	ordinal bigint, district_ordinal bigint) language sql stable
as $$
	with lasting as (
		select m.*, lag(m.n, 1, 0::bigint) over w as before
		from mark m
		where m.counter = wanted and m.seq <= known and (m.gone_with is null or m.gone_with > known)
		window w as (partition by m.unit order by m.valid_on, m.seq)
	), begun as (
		-- a unit counts from the mark that turned it on; repeated marks do not begin anew
		select l.*, sum(case when l.n <> 0 and l.before = 0 then 1 else 0 end)
			over (partition by l.unit order by l.valid_on, l.seq) as spell
		from lasting l
	), spells as (
		select b.unit, b.spell, bool_or(b.n = 0 and b.valid_on <= as_of) as over
		from begun b
		where b.spell > 0
		group by b.unit, b.spell
	)
	select b.unit, b.seq, b.valid_on, b.n, b.participant, b.district,
		row_number() over (order by b.valid_on, b.seq, b.unit),
		row_number() over (partition by b.district order by b.valid_on, b.seq, b.unit)
	from begun b
	join spells s using (unit, spell)
	where b.n <> 0 and b.before = 0 and b.valid_on <= as_of and not s.over
$$;

-- The rank that a counted mark had on its day in the ledger as it was when it was numbered. Nothing
-- known then lies behind it, so all units that counted were before it, but for those of its own fact
-- with a greater key.
drop function rank_as_recorded(text, bigint, date);
create function rank_as_recorded(wanted text, of_unit text, of_seq bigint, of_day date)
returns bigint language sql stable
as $$
	select count(*)
	from (
		select m.unit, m.seq, m.n, lag(m.n, 1, 0::bigint) over w as before,
			lead(m.seq) over w is null as is_last
		from mark m
		where m.counter = wanted and m.seq <= of_seq and m.valid_on <= of_day
			and (m.gone_with is null or m.gone_with > of_seq)
		window w as (partition by m.unit order by m.valid_on, m.seq)
	) as known
	where is_last and n <> 0 and not (seq = of_seq and before = 0 and unit > of_unit)
$$;
