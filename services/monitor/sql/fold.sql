-- One fact: its marks come in, the marks of the fact that it corrects go, and the steps that this
-- moves become deltas. Nothing is folded twice: everything hangs on the offset.
-- include common/runtime/sql/advance.sql
, noted as (
	insert into fact (seq, fact_id, type, valid_on, recorded_at, participants, provenance, citation)
	select seq, :fact_id::uuid, :type, :valid_on::date, :recorded_at::timestamptz,
		array(select jsonb_array_elements_text(:participants::jsonb)),
		coalesce(:provenance, 'RECORDED'), coalesce(:citation, '')
	from advanced
), replaced as (
	update fact
	set corrected_by = :seq::bigint
	from advanced
	where fact.fact_id = :corrects::uuid
	returning fact.seq
), arriving as (
	select m ->> 'counter' as counter, m ->> 'unit' as unit, advanced.seq,
		(m ->> 'validOn')::date as valid_on, (m ->> 'n')::bigint as n,
		m ->> 'participant' as participant, m ->> 'district' as district
	from advanced, jsonb_array_elements(:marks::jsonb) as m
), leaving as (
	update mark
	set gone_with = :seq::bigint
	where seq = (select seq from replaced) and gone_with is null
	returning *
), changed as (
	select counter, unit, valid_on, seq from arriving
	union all
	select counter, unit, valid_on, seq from leaving
), touched as (
	-- the stretch of a unit's timeline in which its steps can move
	select counter, unit, min(valid_on) as first_day, max(valid_on) as last_day,
		(array_agg(seq order by valid_on, seq))[1] as first_seq,
		(array_agg(seq order by valid_on desc, seq desc))[1] as last_seq
	from changed
	group by counter, unit
), old as (
	-- the statement's snapshot, before this fact: the marks of that stretch, the one before and the
	-- one after, each found in the index of the timeline, however many marks a unit or a day has
	select t.counter, t.unit, m.seq, m.valid_on, m.n, m.district
	from touched t
	cross join lateral (
		(select seq, valid_on, n, district
		from mark
		where counter = t.counter and unit = t.unit and gone_with is null
			and (valid_on, seq) < (t.first_day, t.first_seq)
		order by valid_on desc, seq desc
		limit 1)
		union all
		(select seq, valid_on, n, district
		from mark
		where counter = t.counter and unit = t.unit and gone_with is null
			and (valid_on, seq) >= (t.first_day, t.first_seq)
			and (valid_on, seq) <= (t.last_day, t.last_seq)
		offset 0)
		union all
		(select seq, valid_on, n, district
		from mark
		where counter = t.counter and unit = t.unit and gone_with is null
			and (valid_on, seq) > (t.last_day, t.last_seq)
		order by valid_on, seq
		limit 1)) as m
), new as (
	select o.* from old o
	where not exists (
		select from leaving l
		where (l.counter, l.unit, l.seq, l.valid_on) = (o.counter, o.unit, o.seq, o.valid_on))
	union all
	select counter, unit, seq, valid_on, n, district from arriving
), steps as (
	select counter, district, valid_on, sum(n) as n
	from (
		select counter, district, valid_on,
			n - lag(n, 1, 0::bigint) over (partition by counter, unit order by valid_on, seq) as n
		from new
		union all
		select counter, district, valid_on,
			lag(n, 1, 0::bigint) over (partition by counter, unit order by valid_on, seq) - n
		from old
	) as both_ways
	group by counter, district, valid_on
	having sum(n) <> 0
), added as (
	insert into mark (counter, unit, seq, valid_on, n, participant, district)
	select counter, unit, seq, valid_on, n, participant, district from arriving
), stepped as (
	insert into delta (counter, district, valid_on, seq, n)
	select counter, district, valid_on, :seq::bigint, n from steps
), totalled as (
	insert into total as t (counter, district, grain, starts_on, n)
	select counter, district, grain, date_trunc(grain, valid_on)::date, sum(n)
	from steps, unnest(array['day', 'month', 'year']) as grain
	group by 1, 2, 3, 4
	order by 1, 2, 3, 4
	on conflict (counter, district, grain, starts_on) do update
	set n = t.n + excluded.n
), districts_known as (
	insert into district (district, name, kind, police_directorate, municipalities)
	select d ->> 'district', d ->> 'name', d ->> 'kind', d ->> 'policeDirectorate',
		(d ->> 'municipalities')::int
	from advanced, jsonb_array_elements(:districts::jsonb) as d
	on conflict (district) do update
	set name = excluded.name, kind = excluded.kind,
		police_directorate = excluded.police_directorate, municipalities = excluded.municipalities
), parties_known as (
	insert into party (key, name, district, population)
	select p ->> 'key', p ->> 'name', p ->> 'district', (p ->> 'population')::int
	from advanced, jsonb_array_elements(:parties::jsonb) as p
	on conflict (key) do update
	set name = excluded.name, district = excluded.district, population = excluded.population
)
select seq from advanced
