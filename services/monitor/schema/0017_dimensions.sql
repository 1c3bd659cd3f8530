-- What the pipeline is asked by: district, police directorate, adviser.

-- Who was responsible for a district, and when, known with a fact; periods that follow each other are
-- one (rules/advisers_of.c).
create function responsible_on(known bigint)
returns table (district text, adviser text, during daterange) language plpgsql stable
as $$
begin
	if known >= (select coalesce(max(seq), 0) from fact) then
		return query
			select p.district, p.responsible, unnest(range_agg(p.during))
			from span p
			where p.counter = 'adviser/district' and p.n > 0
			group by p.district, p.responsible;
	else
		return query
			select p.district, p.responsible, unnest(range_agg(p.during))
			from (
				select array_agg(u.counter) as counters, array_agg(u.unit) as units
				from (
					select distinct m.counter, m.unit
					from mark m
					where m.counter = 'adviser/district') as u
				) as told, spans_of(told.counters, told.units, known) as p
			where p.n > 0
			group by p.district, p.responsible;
	end if;
end
$$;

-- The districts that are asked about on a day; null when that is all of them. A directorate has the
-- districts that the register in force gives it, an adviser those that he is responsible for on the
-- day. What nobody ever told of is refused.
create function districts_asked(wanted_district text, wanted_directorate text, wanted_adviser text,
	as_of date, known bigint) returns text[] language plpgsql stable
as $$
begin
	if wanted_directorate is null and wanted_adviser is null then
		return case when wanted_district is not null then array[wanted_district] end;
	end if;
	if wanted_directorate is not null
		and not exists (select from district where police_directorate = wanted_directorate)
		or wanted_adviser is not null and not exists (
			select from mark
			where counter = 'adviser/district' and responsible = wanted_adviser)
	then
		raise no_data_found;
	end if;
	return array(
		select c.district
		from (
			select wanted_district as district where wanted_district is not null
			union
			select d.district from districts_on(as_of, known) d
			where wanted_district is null and d.police_directorate = wanted_directorate
			union
			select r.district from responsible_on(known) r
			where wanted_district is null and wanted_directorate is null
				and r.adviser = wanted_adviser
		) as c
		where (wanted_directorate is null or c.district in (
				select d.district from districts_on(as_of, known) d
				where d.police_directorate = wanted_directorate))
			and (wanted_adviser is null or c.district in (
				select r.district from responsible_on(known) r
				where r.adviser = wanted_adviser and r.during @> as_of))
	);
end
$$;

-- The stays of the cases of an adviser, or of each: the part of a stay that lies in the adviser's time.
-- Who takes over a district takes over its cases, and who hands it over transfers them; `came_over`
-- is then set of what he took over.
create function stays_of_advisers(asked_track text, day date, known bigint, wanted_adviser text,
	since date)
returns table (adviser text, track text, n bigint, unit text, participant text, district text,
	seq bigint, entered_on date, left_on date, outcome text, repeated boolean, came_over boolean)
language sql stable
as $$
	select r.adviser, s.track, s.n, s.unit, s.participant, s.district, s.seq,
		greatest(s.entered_on, lower(r.during)),
		case when p.is_handed_over then upper(r.during) else s.left_on end,
		case when p.is_handed_over then 'transferred' else s.outcome end,
		s.repeated and s.entered_on <@ r.during,
		s.came_over or not s.entered_on <@ r.during
	from stays_on(asked_track, day, known, since) s
	join responsible_on(known) r on r.district = s.district
		-- who enters and leaves on one day was there on it
		and r.during && daterange(s.entered_on, coalesce(s.left_on, day + 1),
			case when s.left_on = s.entered_on then '[]' else '[)' end)
	cross join lateral (
		select upper(r.during) <= day and upper(r.during) < coalesce(s.left_on, 'infinity')
			as is_handed_over) as p
	where wanted_adviser is null or r.adviser = wanted_adviser
$$;

-- Whether a participant lies in one of some districts on a day; null are all. A key begins with its
-- district's, but for that of a consortium.
create function lies_in(participant text, districts text[], as_of date, known bigint) returns boolean
language sql stable
as $$
	select districts is null or left(participant, 5) = any (districts)
		or starts_with(participant, 'k-') and exists (
			select from party_on(participant, as_of, known) p where p.district = any (districts))
$$;

-- Who was on the way to some milestone up to a day, known with a fact, and where; those in the caller's scope. A consortium is
-- seen by those who see a member.
create function participants_seen(districts text[], day date, known bigint)
returns table (key text, name text, district text)
language sql stable
set enable_seqscan = off
as $$
	select u.unit, coalesce(p.name, ''), coalesce(p.district, left(u.unit, 5))
	from units_of('participants') as u(unit)
	left join lateral party_on(u.unit, day, known) as p on true
	where lies_in(u.unit, districts, day, known)
		and exists ( -- that it has advisers makes nobody take part
			select from mark p
			join mark m on m.seq = p.seq and m.phase = 1
				and m.counter in (select w.counter from milestone_marks() as w)
			where p.counter = 'participants' and p.unit = u.unit and p.valid_on <= day
				and p.phase = 1 and stands(p.seq, p.gone_with, known))
		and meta.in_scope(array[u.unit] || array(
			select c.key from member c where c.consortium = u.unit and c.seq <= known))
$$;
