-- What the ministry's paragraph is made from: the figures, which are for everyone, and the accession
-- of one participant for those who may see it. Territory is public; a consortium is not known to those
-- whose scope none of its members lies in.
with asked as (
	select coalesce(:as_of::date, :today::date) as as_of, known_seq(:known_at) as known
	where must_know(null, :participant)
), value as (
	select f.counter, sum(f.n) as n
	from asked a, figures_on(a.as_of, a.known) as f
	where strpos(f.counter, '/') = 0 -- cases are no figures
	group by f.counter
), named as (
	select p.*, meta.in_scope(p.key || array(select m.key from member m where m.consortium = p.key))
			as is_in_scope
	from asked a, party_on(:participant, a.as_of, a.known) as p
), acceded as (
	select m.*, coalesce(m.inherited_from, m.unit) as origin
	from asked a, marks_on('agreements', a.as_of, a.known) as m, named p
	where m.participant = p.key and p.is_in_scope
)
select jsonb_build_object('asOf', a.as_of) || coalesce((
		select jsonb_object_agg(counter, case counter when 'budgetCents' then to_jsonb(n::text)
			else to_jsonb(n::int) end)
		from value), '{}') as figures,
	p.name as participant_name, d.name as district_name,
	coalesce(d.kind = 'independent_city', false) as independent_city,
	coalesce(x.ordinal, 0) as ordinal, coalesce(x.district_ordinal, 0) as district_ordinal,
	x.valid_on as signed_on,
	x.unit is not null and coalesce((
		select r.ordinal from ranks_as_recorded('agreements', array[x.origin], array[x.seq],
			array[x.valid_on]) as r) <> (
		select o.ordinal from ranks_on_their_days('agreements', a.known) as o
		where (o.unit, o.seq, o.valid_on) = (x.origin, x.seq, x.valid_on)), false) as corrected
from asked a
left join acceded x on true
left join named p on true
left join districts_on(a.as_of, a.known) d on d.district = p.district
where :participant::text is null or p.kind <> 'consortium' or p.is_in_scope
