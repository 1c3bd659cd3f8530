-- Ranks: a unit that has ended is counted by nobody, a value that changed stands behind the fact that
-- changed it, and the units that one fact turned on have an order of their own, so that the same
-- ledger always gives the same ranks.

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
		where m.counter = wanted and m.valid_on <= as_of and m.seq <= known
			and (m.gone_with is null or m.gone_with > known)
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

-- The rank that a counted mark had on its day in the ledger as it was when it was numbered. Nothing
-- known then lies behind it, so all units that counted were before it, but for those of its own fact
-- with a greater key.
create function rank_as_recorded(wanted text, of_unit text, of_seq bigint, of_day date)
returns bigint language sql stable
as $$
	select 1 + count(*)
	from (
		select m.unit, m.seq, m.n, lag(m.n, 1, 0::bigint) over w as before,
			lead(m.seq) over w is null as is_last
		from mark m
		where m.counter = wanted and m.seq <= of_seq and m.valid_on <= of_day
			and (m.gone_with is null or m.gone_with > of_seq)
		window w as (partition by m.unit order by m.valid_on, m.phase, m.seq)
	) as known
	where unit <> of_unit and is_last and n <> 0
		and not (seq = of_seq and before = 0 and unit > of_unit)
$$;
