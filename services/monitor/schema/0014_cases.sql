-- The cases of the pipeline: coachings, analyses, councils and measures, where each stood on any day,
-- and what held it up.
--
-- Their marks (counters with a slash, rules/cases_of.c) are read as timelines. What is known now lies
-- here as spans besides, each from one mark to the next, so that the cases of a day are found by a
-- range and cost what they are, however long the history is. What was known earlier is read from the
-- marks.
create table span (
	counter text collate "C" not null,
	unit text collate "C" not null,
	seq bigint not null, -- of the fact that began it
	n bigint not null,
	participant text not null,
	district text not null,
	during daterange not null,
	responsible text,
	first_on date,
	opened_on date not null -- the first day that anything was told of this counter and unit
);
create index span_unit on span (unit, counter);
-- Councils last for decades and wait for nobody: what asks for the others does not look at them.
create index span_during on span using gist (during)
	where n > 0 and counter not in ('stage/council', 'activity/council');
create index span_council on span using gist (during)
	where n > 0 and counter in ('stage/council', 'activity/council');
create index span_stage on span (counter, (lower(during))) where n > 0;

-- What is told of a case, each in a counter <kind>/<track> (rules/cases_of.c); deadlines have units of
-- their own, <case>/<step>.
create function kinds_of_cases() returns text[] language sql immutable
as $$
	select array['stage', 'activity', 'review', 'contact', 'coachChanges', 'due']
$$;

-- The spans that follow from the marks of units, each named with its counter, known with a fact. What
-- repeats the value before begins nothing, but for what is done again and again; nor does what is over
-- on the day it began. What is told of a case ends with it.
create function spans_of(counters text[], units text[], known bigint) returns setof span
language sql stable
as $$
	select counter, unit, seq, n, participant, district, daterange(valid_on, until), responsible,
		first_on, opened_on
	from (
		select t.*, least(t.ended_on, lead(valid_on) over
			(partition by counter, unit order by valid_on, phase, seq)) as until
		from (
			select m.*, e.ended_on, first_value(m.valid_on) over w as opened_on,
				split_part(m.counter, '/', 1) in ('activity', 'review')
					or lag((m.n, m.district, coalesce(m.responsible, ''))) over w
					is distinct from (m.n, m.district, coalesce(m.responsible, '')) as begins
			from unnest(counters, units) as u(counter, unit)
			join mark m on m.counter = u.counter and m.unit = u.unit
				and stands(m.seq, m.gone_with, known)
			left join lateral (
				select case when l.n < 0 then l.valid_on end as ended_on
				from mark l
				where l.counter = 'stage/' || split_part(u.counter, '/', 2)
					and l.unit = split_part(u.unit, '/', 1)
					and stands(l.seq, l.gone_with, known)
				order by l.valid_on desc, l.phase desc, l.seq desc
				limit 1) as e on true
			window w as (partition by m.counter, m.unit order by m.valid_on, m.phase, m.seq)
		) as t
		where begins
	) as l
	where until is null or until > valid_on
$$;

-- The timelines of cases that a batch of facts changed: of one kind ("stage", "due", …), or of all.
create function timelines_changed(first_seq bigint, last_seq bigint, kind text default null)
returns table (counter text, unit text) language sql stable
as $$
	select c.counter, c.unit
	from (
		select m.counter, m.unit from mark m where m.seq between first_seq and last_seq
		union
		select m.counter, m.unit from mark m where m.gone_with between first_seq and last_seq
	) as c
	where strpos(c.counter, '/') > 0 and (kind is null or starts_with(c.counter, kind || '/'))
$$;

-- What a batch of facts changed is laid anew, with all that is told of a case that ends or ended; what
-- stays as it is is not touched.
create function lay_spans(first_seq bigint, last_seq bigint) returns void language plpgsql
as $$
declare
	counters text[];
	units text[];
	laid span[];
begin
	with changed as (
		select counter, unit from timelines_changed(first_seq, last_seq)
	), ended as (
		select split_part(c.counter, '/', 2) as track, c.unit
		from changed c
		where starts_with(c.counter, 'stage/') and exists (
			select from mark m where m.counter = c.counter and m.unit = c.unit and m.n < 0)
	)
	select array_agg(counter), array_agg(unit) into counters, units
	from (
		select counter, unit from changed
		union
		select kind || '/' || e.track, e.unit from ended e, unnest(kinds_of_cases()) as kind
		union
		select m.counter, m.unit
		from ended e
		join mark m on m.counter = 'due/' || e.track
			and m.unit > e.unit || '/' and m.unit < e.unit || '0' -- what comes behind the slash
	) as to_lay;
	if units is null then
		return;
	end if;
	laid := array(select s from spans_of(counters, units, last_seq) as s);
	delete from span s
	using unnest(counters, units) as u(counter, unit)
	where s.unit = u.unit and s.counter = u.counter
		and (s.counter, s.unit, s.seq, s.during, s.opened_on) not in (
			select l.counter, l.unit, l.seq, l.during, l.opened_on from unnest(laid) as l);
	insert into span
	select l.*
	from unnest(laid) as l
	where not exists (
		select from span s
		where s.unit = l.unit and s.counter = l.counter and lower(s.during) = lower(l.during));
end
$$;

-- The stages of each track in their order. To add one: a row, and its number in rules/cases_of.c.
create table stage (
	track text not null,
	counter text collate "C" not null generated always as ('stage/' || track) stored,
	n bigint not null,
	code text not null,
	place int not null,
	aside boolean not null, -- cases come back from it to where they were: that repeats nothing
	primary key (track, n)
);
insert into stage (track, n, code, place, aside) values
	('coaching', 1, 'requested', 1, false),
	('coaching', 6, 'clarification', 2, false),
	('coaching', 2, 'coach_matched', 3, false),
	('coaching', 7, 'contracted', 4, false),
	('coaching', 3, 'active', 5, false),
	('coaching', 8, 'paused', 6, true),
	('coaching', 9, 'in_review', 7, true),
	('analysis', 1, 'data_collection', 1, false),
	('analysis', 2, 'survey_running', 2, false),
	('analysis', 3, 'evaluation', 3, false),
	('analysis', 4, 'report', 4, false),
	('analysis', 5, 'presented', 5, false),
	('council', 1, 'active', 1, false),
	('council', 2, 'dormant', 2, true),
	('measure', 1, 'planned', 1, false),
	('measure', 2, 'running', 2, false),
	('measure', 3, 'done', 3, false); -- until it is evaluated

-- From when on something holds a case up, in days (or changes of coach); set from the service's settings at its start.
create table threshold (
	name text primary key,
	days int not null
);

-- The spans of some tracks that a day lies in, of what was known with a fact; not what has ended. Of
-- some cases, or of all.
create function spans_on(day date, known bigint, tracks text[], of_cases text[] default null)
returns setof span language plpgsql stable rows 20000 -- or few cases are looked through again for each
as $$
declare
	counters text[] := array(
		select kind || '/' || track
		from unnest(kinds_of_cases()) as kind, unnest(tracks) as track);
begin
	if known >= (select coalesce(max(seq), 0) from fact) then
		if of_cases is not null then
			return query
				select s.*
				from unnest(of_cases) as c(unit)
				join span s on s.unit = c.unit or s.unit > c.unit || '/' and s.unit < c.unit || '0'
				where s.during @> day and s.n > 0 and s.counter = any (counters);
		else
			return query
				select s.* from span s
				where s.during @> day and s.n > 0 and s.counter = any (counters)
					and s.counter not in ('stage/council', 'activity/council')
				union all
				select s.* from span s
				where s.during @> day and s.n > 0 and 'council' = any (tracks)
					and s.counter in ('stage/council', 'activity/council');
		end if;
	else
		return query
			select s.*
			from (
				select array_agg(p.counter) as of_counters, array_agg(p.unit) as of_units
				from (
					select distinct m.counter, m.unit from mark m
					where m.counter = any (counters)
						and (of_cases is null or split_part(m.unit, '/', 1) = any (of_cases))
				) as p) as every, spans_of(every.of_counters, every.of_units, known) as s
			where s.during @> day and s.n > 0;
	end if;
end
$$;

-- Since when nobody is named whom a coach can talk to: the contract, or the start without one.
create function contact_gone_on(of_unit text, day date, known bigint) returns date
language sql stable
as $$
	select coalesce((
		select m.valid_on
		from mark m
		where m.counter = 'contact/coaching' and m.unit = of_unit and m.valid_on <= day
			and stands(m.seq, m.gone_with, known)
		order by m.valid_on desc, m.phase desc, m.seq desc
		limit 1), (
		select min(m.valid_on)
		from mark m
		where m.counter = 'stage/coaching' and m.unit = of_unit and m.n = 3
			and m.valid_on <= day and stands(m.seq, m.gone_with, known)))
$$;

-- What holds a case up, since when (null: to be looked up), and who is to act.
create type obstacle as (obstacle text, since date, who text);

-- The open cases of a day, of some tracks or all, with what holds them up: `stalled` when nothing
-- happens or something needed is missing, `overdue` when a deadline has passed. Of coachings it is
-- what coaching says of their health (services/coaching/rules/coaching_health.c): change both.
create function cases_on(day date, known bigint,
	tracks text[] default array['coaching', 'analysis', 'council', 'measure'],
	of_cases text[] default null)
returns table (unit text, track text, stage text, place int, participant text, district text,
	seq bigint, opened_on date, entered_on date, last_activity_on date, stalled boolean,
	overdue boolean, reasons jsonb, next_due_on date, next_step text)
language sql stable
as $$
	with here as materialized (
		select * from spans_on(day, known, tracks, of_cases)
	), open_case as (
		select s.unit, g.track, g.code, g.place, s.participant, s.district, s.seq,
			s.responsible, s.opened_on, lower(s.during) as entered_on
		from stage g
		join here s on s.counter = g.counter and s.n = g.n
		where g.track = any (tracks)
	), told as (
		select c.*, lower(a.during) as last_on,
			coalesce(lower(r.during), b.started_on) as reviewed_on,
			coalesce(k.n, 0) = 1 as has_contact, coalesce(h.n, 0) as coach_changes,
			lower(h.during) as coach_changed_on
		from open_case c
		left join here a on a.unit = c.unit and a.counter = 'activity/' || c.track
		left join here r on r.unit = c.unit and r.counter = 'review/' || c.track
		left join here k on k.unit = c.unit and k.counter = 'contact/' || c.track
		left join here h on h.unit = c.unit and h.counter = 'coachChanges/' || c.track
		left join lateral (
			select min(m.valid_on) as started_on -- before the first review
			from mark m
			where c.track = 'coaching' and c.code in ('active', 'paused', 'in_review')
				and r.unit is null and m.counter = 'stage/coaching' and m.unit = c.unit
				and m.n = 3 and m.valid_on <= day and stands(m.seq, m.gone_with, known)) as b
			on true
	), due as (
		select split_part(s.unit, '/', 1) as unit, split_part(s.unit, '/', 2) as step,
			date '1970-01-01' + s.n::int as due_on, s.responsible
		from here s
		where starts_with(s.counter, 'due/') and s.n > 0
	), late as (
		select unit, bool_or(due_on < day) as overdue,
			jsonb_agg(jsonb_build_object('obstacle', 'DEADLINE_PASSED', 'since', due_on + 1,
				'days', day - due_on, 'who', coalesce(responsible, ''), 'step', step)
				order by due_on, step) filter (where due_on < day) as reasons,
			min(due_on) filter (where due_on >= day) as next_due_on,
			(array_agg(step order by due_on, step) filter (where due_on >= day))[1] as next_step
		from due
		group by unit
	), limits as materialized (
		select coalesce(max(days) filter (where name = 'no_coach'), 28) as no_coach,
			coalesce(max(days) filter (where name = 'no_activity'), 90) as no_activity,
			coalesce(max(days) filter (where name = 'review'), 365) as review,
			coalesce(max(days) filter (where name = 'coach_changes'), 1) as coach_changes,
			coalesce(max(days) filter (where name = 'measure'), 180) as measure
		from threshold
	), held as (
		select t.*, array_remove(array[
			case when t.track = 'coaching' and t.code in ('requested', 'clarification')
				and day - t.opened_on > l.no_coach
				then row('NO_COACH', t.opened_on + l.no_coach + 1, 'coaching_provider')::obstacle end,
			case when t.track = 'coaching'
				and t.code in ('coach_matched', 'contracted', 'active', 'in_review')
				and day - t.last_on > l.no_activity
				then row('NO_ACTIVITY', t.last_on + l.no_activity + 1, 'coach')::obstacle end,
			case when t.track = 'coaching'
				and t.code in ('contracted', 'active', 'paused', 'in_review')
				and not t.has_contact
				then row('NO_CONTACT_PERSON', null, 'coordinator')::obstacle end,
			case when t.track = 'coaching' and t.code in ('active', 'paused', 'in_review')
				and day - t.reviewed_on > l.review
				then row('REVIEW_DUE', t.reviewed_on + l.review + 1, 'adviser')::obstacle end,
			case when t.track = 'measure' and day - t.last_on > l.measure
				then row(case t.code when 'done' then 'NOT_EVALUATED' else 'NO_ACTIVITY' end,
					t.last_on + l.measure + 1, coalesce(t.responsible, ''))::obstacle end
			], null) as stalls,
			case when t.coach_changes > l.coach_changes
				then array[row('COACH_CHANGES', t.coach_changed_on, 'adviser')::obstacle]
				end as warnings
		from told t, limits l
	)
	select h.unit, h.track, h.code, h.place, h.participant, h.district, h.seq,
		h.opened_on, h.entered_on, h.last_on, cardinality(h.stalls) > 0, coalesce(l.overdue, false),
		(select coalesce(jsonb_agg(jsonb_build_object('obstacle', o.obstacle, 'since', s.since,
			'days', day - s.since + 1, 'who', o.who)), '[]')
		from unnest(h.stalls || h.warnings) as o,
			coalesce(o.since, contact_gone_on(h.unit, day, known), h.entered_on) as s(since))
			|| coalesce(l.reasons, '[]'),
		l.next_due_on, l.next_step
	from held h
	left join late l on l.unit = h.unit
$$;
