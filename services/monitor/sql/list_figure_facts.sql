-- The facts behind one counter, in the order they are counted; those in the caller's scope. The
-- rank as recorded is the one that the fact had in the ledger as it was when it was numbered; it was
-- corrected when the rank on its own day is another one now. That others end later corrects nothing.
with asked as (
	select coalesce(:as_of::date, :today::date) as as_of, known_seq(:known_at) as known
	where must_know(:district, null)
), ranked as (
	select m.*, f.recorded_at, f.fact_id, f.provenance, f.citation,
		rank_as_recorded(:counter, coalesce(m.inherited_from, m.unit), m.seq, m.valid_on)
			as ordinal_as_recorded,
		(select o.ordinal from marks_on(:counter, m.valid_on, a.known) as o
		where o.unit = coalesce(m.inherited_from, m.unit)) as ordinal_on_its_day
	from asked a, marks_on(:counter, a.as_of, a.known) as m
	join fact f using (seq)
	where (:district::text is null or m.district = :district)
		and meta.in_scope(case when m.inherited_from is null then f.participants
			else array[m.participant, m.inherited_from] end)
)
select r.fact_id, r.seq, r.valid_on,
	to_char(r.recorded_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as recorded_at,
	r.unit, r.participant, coalesce(p.name, '') as name, r.district, r.ordinal,
	r.district_ordinal, r.ordinal_as_recorded,
	r.ordinal_as_recorded <> r.ordinal_on_its_day as corrected,
	r.provenance, r.citation, r.inherited_from,
	case row_number() over (order by r.ordinal) when page.size then r.ordinal::text end as next
from (select coalesce(nullif(:limit::int, 0), 1000) as size) as page, ranked r
cross join asked a
left join party_on(r.participant, a.as_of, a.known) p on true
where r.ordinal > :cursor::bigint
order by r.ordinal
limit coalesce(nullif(:limit::int, 0), 1000)
