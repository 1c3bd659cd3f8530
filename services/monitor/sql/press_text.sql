-- What the ministry's paragraph is made from: the figures, which are for everyone, and the accession
-- of one participant for those who may see it.
with asked as (
	select coalesce(:as_of::date, :today::date) as as_of, known_seq(:known_at) as known
), value as (
	select f.counter, sum(f.n) as n
	from asked a, figures_on(a.as_of, a.known) as f
	where strpos(f.counter, '/') = 0 -- cases are no figures
	group by f.counter
), acceded as (
	select m.*
	from asked a, marks_on('agreements', a.as_of, a.known) as m
	where m.participant = :participant and meta.in_scope(array[m.participant])
)
select jsonb_build_object('asOf', a.as_of) || coalesce((
		select jsonb_object_agg(counter, case counter when 'budgetCents' then to_jsonb(n::text)
			else to_jsonb(n::int) end)
		from value), '{}') as figures,
	p.name as participant_name, d.name as district_name,
	coalesce(d.kind = 'independent_city', false) as independent_city,
	coalesce(x.ordinal, 0) as ordinal, coalesce(x.district_ordinal, 0) as district_ordinal,
	x.valid_on as signed_on,
	coalesce(rank_as_recorded('agreements', coalesce(x.inherited_from, x.unit), x.seq, x.valid_on)
		<> (select o.ordinal from marks_on('agreements', x.valid_on, a.known) as o
		where o.unit = coalesce(x.inherited_from, x.unit)), false) as corrected
from asked a
left join acceded x on true
left join party p on p.key = :participant
left join district d on d.district = p.district
