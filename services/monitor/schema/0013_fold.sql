-- The fold: facts that follow each other, each exactly once, in one statement.
--
-- All that they say is written first. Marks carry the numbers of the fact that brought them and of
-- the one that took them away, so what was known with each fact of the batch can still be told
-- apart, and each delta gets the number of its own fact, as if they had come one by one.
--
-- Plans must not depend on when they were made: the tables are empty when a replay begins.

-- The offset moves over the whole batch, or nothing happens: a batch that does not begin at the next
-- number, has a gap, or is of another epoch.
create function advance(seqs bigint[], epochs text[]) returns boolean language plpgsql
as $$
declare
	first_seq bigint := seqs[1];
begin
	update listener_offset
	set seq = first_seq + cardinality(seqs) - 1, epoch = epochs[1]
	where seq = first_seq - 1 and epoch in ('', epochs[1])
		and epochs[1] = all (epochs)
		and seqs = array(select generate_series(first_seq, first_seq + cardinality(seqs) - 1));
	return found;
end
$$;

-- A fact takes away the marks of the one it corrects, which stood before it; the first that does
-- so counts, the last one is remembered with the fact.
create function take_away(seqs bigint[], corrections uuid[]) returns void language plpgsql
as $$
declare
	gone record;
begin
	for gone in
		select f.seq, min(c.seq) as first_seq, max(c.seq) as last_seq
		from unnest(seqs, corrections) as c(seq, id)
		join fact f on f.fact_id = c.id and f.seq < c.seq
		group by f.seq
	loop
		update fact set corrected_by = gone.last_seq where seq = gone.seq;
		update mark set gone_with = gone.first_seq
		where seq = gone.seq and phase = 1 and gone_with is null;
		update succession set gone_with = gone.first_seq
		where seq = gone.seq and gone_with is null;
	end loop;
end
$$;

-- Whether the steps of a counter are added up.
create function is_summed(counter text) returns boolean language sql immutable
as $$
	select strpos(counter, '/') = 0 or starts_with(counter, 'stage/')
$$;

-- The steps that the marks of a batch move, as deltas and in what stands behind them. Counters with a slash are
-- about cases and are not summed up, but for stages: a case that enters one is a step of
-- stage/<track>/<number>, where it leaves it another. A moment is a fact that changed a unit; only
-- the stretch of its timeline between the marks before and after what changed can have moved, and
-- only marks that stood before or stand after the moment are of it.
create function move_steps(first_seq bigint, last_seq bigint) returns void language sql
as $$
	with changed as (
		select counter, unit, valid_on, phase, seq, n, district, seq as moment, true as comes
		from mark
		where seq between first_seq and last_seq and is_summed(counter)
		union all
		select counter, unit, valid_on, phase, seq, n, district, gone_with, false
		from mark
		where gone_with between first_seq and last_seq and is_summed(counter)
	), touched as (
		select c.counter, c.unit, c.moment, min(c.valid_on) as first_day,
			max(c.valid_on) as last_day
		from changed c
		left join lateral (
			select b.n, b.district
			from mark b
			where c.comes and b.counter = c.counter and b.unit = c.unit
				and (b.valid_on, b.phase, b.seq) < (c.valid_on, c.phase, c.seq)
				and stands(b.seq, b.gone_with, c.moment)
			order by b.valid_on desc, b.phase desc, b.seq desc
			limit 1) as before on true
		-- what repeats the mark before it moves nothing, and most facts do
		where (before.n, before.district) is distinct from (c.n, c.district)
		group by c.counter, c.unit, c.moment
	), stretch as (
		select t.counter, t.unit, t.moment, m.valid_on, m.phase, m.seq, m.n, m.district,
			m.seq < t.moment as was, m.gone_with is null or m.gone_with > t.moment as stays
		from touched t
		cross join lateral (
			(select b.valid_on, b.phase, b.seq, b.n, b.district, b.gone_with
			from mark b
			where b.counter = t.counter and b.unit = t.unit and b.valid_on < t.first_day
				and b.seq + 0 < t.moment and (b.gone_with is null or b.gone_with > t.moment)
			order by b.valid_on desc, b.phase desc, b.seq desc
			limit 1)
			union all
			select b.valid_on, b.phase, b.seq, b.n, b.district, b.gone_with
			from mark b
			where b.counter = t.counter and b.unit = t.unit
				and b.valid_on between t.first_day and t.last_day
				and b.seq + 0 <= t.moment and (b.gone_with is null or b.gone_with >= t.moment)
			union all
			(select b.valid_on, b.phase, b.seq, b.n, b.district, b.gone_with
			from mark b
			where b.counter = t.counter and b.unit = t.unit and b.valid_on > t.last_day
				and b.seq + 0 < t.moment and (b.gone_with is null or b.gone_with > t.moment)
			order by b.valid_on, b.phase, b.seq
			limit 1)) as m
	), told as (
		select counter, district, valid_on, moment, 1 as sign, n,
			lag(n, 1, 0::bigint) over timeline as n_before,
			lag(district, 1, district) over timeline as district_before
		from stretch
		where stays
		window timeline as (partition by counter, unit, moment order by valid_on, phase, seq)
		union all
		select counter, district, valid_on, moment, -1, n,
			lag(n, 1, 0::bigint) over timeline, lag(district, 1, district) over timeline
		from stretch
		where was
		window timeline as (partition by counter, unit, moment order by valid_on, phase, seq)
	), steps as (
		select counter, district, valid_on, moment, sum(n) as n, sum(units) as units
		from (
			select counter, district, valid_on, moment, sign * (n - n_before) as n,
				sign * ((n <> 0)::int - (n_before <> 0)::int) as units
			from told
			where n <> n_before and strpos(counter, '/') = 0
			union all
			select counter || '/' || n, district, valid_on, moment, sign, sign
			from told
			where n > 0 and strpos(counter, '/') > 0
			union all
			select counter || '/' || n_before, district_before, valid_on, moment, -sign, -sign
			from told
			where n_before > 0 and strpos(counter, '/') > 0
		) as both_ways
		group by counter, district, valid_on, moment
		having sum(n) <> 0 or sum(units) <> 0
	), stepped as (
		insert into delta (counter, district, valid_on, seq, n, units)
		select counter, district, valid_on, moment, n, units from steps
		returning counter, district, valid_on, n
	), raised as (
		insert into standing as s (starts_on, district, counter, n)
		select c.starts_on, t.district, t.counter, sum(t.n)
		from stepped t
		join cut c on c.starts_on > t.valid_on
		group by c.starts_on, t.district, t.counter
		order by c.starts_on, t.district, t.counter
		on conflict (starts_on, district, counter) do update
		set n = s.n + excluded.n
	)
	update cut c
	set deltas = c.deltas + l.deltas
	from (
		select b.starts_on, count(*) as deltas
		from stepped t
		cross join lateral (
			select starts_on from cut
			where starts_on <= t.valid_on
			order by starts_on desc
			limit 1) as b
		group by b.starts_on) as l
	where c.starts_on = l.starts_on
$$;

-- The numbers that were folded: all of the batch, or none. Arrays have an item for each fact.
create function fold(seqs bigint[], epochs text[], ids uuid[], types text[], days date[],
	instants timestamptz[], keys jsonb[], provenances text[], citations text[], corrections uuid[],
	marks jsonb[], cases jsonb[], successions jsonb[], districts jsonb[], parties jsonb[])
returns setof bigint language plpgsql
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
begin
	if not advance(seqs, epochs) then
		return;
	end if;
	insert into fact (seq, fact_id, type, valid_on, recorded_at, participants, provenance, citation)
	select f.seq, f.id, f.type, f.day, f.instant,
		array(select jsonb_array_elements_text(f.keys)),
		coalesce(f.provenance, 'RECORDED'), coalesce(f.citation, '')
	from unnest(seqs, ids, types, days, instants, keys, provenances, citations)
		as f(seq, id, type, day, instant, keys, provenance, citation);
	insert into mark (counter, unit, seq, valid_on, n, participant, district, responsible, first_on)
	select m.counter, m.unit, f.seq, m."validOn", coalesce(m.n, 0), m.participant, m.district,
		nullif(m.responsible, ''), nullif(m."firstOn", '')::date
	from unnest(seqs || seqs, marks || cases) as f(seq, told),
		jsonb_to_recordset(f.told) as m(counter text, unit text, participant text, district text,
			"validOn" date, n bigint, responsible text, "firstOn" text);
	insert into succession (seq, predecessor, predecessor_district, successor, successor_district,
		valid_on, counters)
	select f.seq, s.predecessor, s."predecessorDistrict", s.successor, s."successorDistrict",
		s."validOn", s.counters
	from unnest(seqs, successions) as f(seq, told),
		jsonb_to_recordset(f.told) as s(predecessor text, "predecessorDistrict" text,
			successor text, "successorDistrict" text, "validOn" date, counters text[]);
	if cardinality(array_remove(corrections, null)) > 0 then
		perform take_away(seqs, corrections);
	end if;
	perform hand_over(seqs[1], seqs[cardinality(seqs)]);
	perform move_steps(seqs[1], seqs[cardinality(seqs)]);
	perform make_cuts();
	perform lay_spans(seqs[1], seqs[cardinality(seqs)]);
	perform lay_stays(seqs[1], seqs[cardinality(seqs)]);
	perform lay_deadlines(seqs[1], seqs[cardinality(seqs)]);
	if cardinality(array_remove(districts || parties, null)) > 0 then
		perform note_places(seqs, districts, parties);
	end if;
	return query select unnest(seqs);
end
$$;
