-- The facts behind one counter, in the order they are counted; those in the caller's scope. The
-- rank as recorded is the one that the fact had in the ledger as it was when it was numbered; it was
-- corrected when the rank on its own day is another one now. That others end later corrects nothing.
-- The cursor is the last fact of the page before: what comes in late moves nobody to another page. A
-- page ends before a fact that it cannot hold whole, unless that is its first.
with asked as (
	select coalesce(:as_of::date, :today::date) as as_of, known_seq(:known_at) as known,
		coalesce(nullif(:limit::int, 0), 1000) as size
	where must_know(:district, null)
), counted as (
	select m.*, coalesce(m.inherited_from, m.unit) as origin, f.recorded_at, f.fact_id,
		f.provenance, f.citation, row_number() over (order by m.ordinal) as place
	from asked a, marks_on(:counter, a.as_of, a.known) as m
	join fact f using (seq)
	where (:district::text is null or m.district = :district)
		and meta.in_scope(case when m.inherited_from is null then f.participants
			else array[m.participant, m.inherited_from] end)
		and (:cursor::bigint = 0 or (m.valid_on, m.seq) > ((
			select max(c.valid_on) from mark c
			where c.seq = :cursor::bigint and c.counter = :counter and c.phase = 1),
			:cursor::bigint))
), whole as (
	select c.*, min(c.place) over fact as first_place, max(c.place) over fact as last_place,
		count(*) over () as places
	from counted c
	window fact as (partition by c.valid_on, c.seq)
), page as (
	select w.*, max(w.place) over () as end_place
	from asked a, whole w
	where w.last_place <= a.size or w.first_place = 1
), recorded as (
	select r.place, r.ordinal
	from (
		select array_agg(p.origin order by p.place) as units,
			array_agg(p.seq order by p.place) as seqs,
			array_agg(p.valid_on order by p.place) as days
		from page p) as l, ranks_as_recorded(:counter, l.units, l.seqs, l.days) as r
)
select p.fact_id, p.seq, p.valid_on,
	to_char(p.recorded_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as recorded_at,
	p.unit, p.participant, coalesce(n.name, '') as name, p.district, p.ordinal,
	p.district_ordinal, r.ordinal as ordinal_as_recorded,
	r.ordinal <> o.ordinal as corrected, p.provenance, p.citation, p.inherited_from,
	case when p.place = p.end_place and p.end_place < p.places then p.seq::text end as next
from asked a
cross join page p
join recorded r using (place)
left join ranks_on_their_days(:counter, a.known) o
	on (o.unit, o.seq, o.valid_on) = (p.origin, p.seq, p.valid_on)
left join party_on(p.participant, a.as_of, a.known) n on true
order by p.place
