-- What came of those who were contacted or advised, and after how many days: they signed or declined,
-- whichever was first; or neither, and nothing has been recorded of them for long, up to the day.
-- Figures of crime are no sign of life. Who has none of it was seen until the day, or until the day of a
-- merger. No row for what is neither contact nor advice.
with asked as (
	select coalesce(:as_of::date, :today::date) as as_of, known_seq(:known_at) as known,
		coalesce(:from, 'contact') as from_one, coalesce(nullif(:within::int, 0), 730) as days,
		(select coalesce(max(t.days) filter (where t.name = 'dormant'), 365) from threshold t)
			as dormant_days
	where must_know(:district, null) and coalesce(:from, 'contact') in ('contact', 'advice')
), area as materialized (
	select districts_asked(:district, :police_directorate, null, a.as_of, a.known) as districts
	from asked a
), reached as materialized (
	select m.*
	from asked a
	cross join area d
	cross join milestones_on(a.as_of, a.known, array[a.from_one, 'agreement']) as m
	where lies_in(m.participant, d.districts, a.as_of, a.known)
), began as (
	select b.participant, b.reached_on as began_on, s.reached_on as signed_on,
		coalesce(least(m.merged_on, a.as_of), a.as_of) as seen_until
	from asked a
	join reached b on b.milestone = a.from_one
	left join reached s on s.milestone = 'agreement' and s.participant = b.participant
	left join lateral (
		select min(c.valid_on) as merged_on
		from succession c
		where c.predecessor = b.participant and c.valid_on >= b.reached_on
			and stands(c.seq, c.gone_with, a.known)) as m on true
), ended as (
	select b.*, d.declined_on, g.dormant_on
	from asked a
	cross join began b
	left join lateral (
		select min(m.valid_on) as declined_on
		from mark m
		where m.counter = 'declined/participant' and m.unit = b.participant
			and m.valid_on between b.began_on and b.seen_until
			and stands(m.seq, m.gone_with, a.known)) as d on true
	left join lateral (
		select max(m.valid_on) + a.dormant_days + 1 as dormant_on
		from mark m
		join fact f on f.seq = m.seq and f.type not like '%.CrimeStatistics%'
		where m.counter = 'participants' and m.unit = b.participant and m.phase = 1
			and b.signed_on is null and m.valid_on between b.began_on and b.seen_until
			and stands(m.seq, m.gone_with, a.known)
		having b.seen_until - max(m.valid_on) > a.dormant_days) as g on true
	where b.signed_on is null or b.signed_on >= b.began_on
), first as (
	select e.*, coalesce(least(e.signed_on, e.declined_on), e.dormant_on) as first_on
	from ended e
), outcome as (
	select case when f.first_on is null then 'open' when f.first_on = f.signed_on then 'signed'
			when f.first_on = f.declined_on then 'declined' else 'dormant' end as kind,
		coalesce(f.first_on, f.seen_until) - f.began_on as after
	from first f
)
select a.as_of, :known_at as known_at, :district as district, a.known as ledger_seq,
	a.from_one as "from", a.days as within,
	(select count(*) from began b where b.signed_on < b.began_on) as signed_before,
	coalesce(o.signed_after, '[]') as signed_after,
	coalesce(o.declined_after, '[]') as declined_after,
	coalesce(o.dormant_after, '[]') as dormant_after,
	coalesce(o.open_after, '[]') as open_after
from asked a
cross join (
	select jsonb_agg(after order by after) filter (where kind = 'signed') as signed_after,
		jsonb_agg(after order by after) filter (where kind = 'declined') as declined_after,
		jsonb_agg(after order by after) filter (where kind = 'dormant') as dormant_after,
		jsonb_agg(after order by after) filter (where kind = 'open') as open_after
	from outcome) as o
