-- What the indicators count: how long cases stayed in a stage, and how deadlines ended.

-- Each stay of a case in a stage: n is the stage's number, 0 the case as a whole. Unlike spans, a stage
-- that was entered and left on one day is a stay too, or those who are fast would not count. What is
-- known now lies here, so that a window of time costs what happened in it; what was known earlier is
-- read from the marks.
create table stay (
	track text collate "C" not null,
	n bigint not null,
	unit text collate "C" not null,
	participant text not null,
	district text not null,
	seq bigint not null,
	entered_on date not null,
	left_on date, -- null: still there
	outcome text not null, -- open, done, given_up, or transferred (the same stage in another district)
	repeated boolean not null, -- was in this stage before and did not just come back from aside
	came_over boolean not null -- from another district
);
create index stay_unit on stay (unit, track);
create index stay_during on stay using gist (daterange(entered_on, left_on, '[]'));

-- The stays that follow from the stages of cases up to a day, each named with its counter, known with a
-- fact.
create function stays_of(counters text[], units text[], day date, known bigint) returns setof stay
language sql stable
as $$
	with told as (
		select m.counter, e.is_whole, m.unit, m.participant, m.district, m.seq, m.valid_on, e.n,
			lag((e.n, m.district)) over w is distinct from (e.n, m.district) as begins,
			m.phase
		from unnest(counters, units) as u(counter, unit)
		join mark m on m.counter = u.counter and m.unit = u.unit
		cross join lateral (values (false, m.n), (true, least(m.n, 0))) as e(is_whole, n)
		where m.valid_on <= day and stands(m.seq, m.gone_with, known)
		window w as (partition by m.counter, m.unit, e.is_whole
			order by m.valid_on, m.phase, m.seq)
	), stay as (
		select t.*, lead(t.valid_on) over w as until, lead(t.n) over w as n_after,
			lag(t.n) over w as n_before,
			row_number() over (partition by t.counter, t.unit, t.is_whole, t.n
				order by t.valid_on, t.phase, t.seq) as time
		from told t
		where t.begins
		window w as (partition by t.counter, t.unit, t.is_whole order by t.valid_on, t.phase, t.seq)
	)
	select split_part(s.counter, '/', 2), s.n, s.unit, s.participant, s.district, s.seq,
		s.valid_on, s.until,
		case when s.until is null then 'open' when s.n_after = s.n then 'transferred'
			when s.n_after = -2 then 'given_up' else 'done' end,
		s.time > 1 and s.n_before is distinct from s.n and not coalesce(b.aside, false),
		s.n_before is not distinct from s.n
	from stay s
	left join stage b on b.counter = s.counter and b.n = s.n_before
	where s.n >= 0
$$;

-- What a batch of facts changed is laid anew; what stays as it is is not touched.
create function lay_stays(first_seq bigint, last_seq bigint) returns void language plpgsql
as $$
declare
	counters text[];
	units text[];
	laid stay[];
begin
	select array_agg(counter), array_agg(unit) into counters, units
	from timelines_changed(first_seq, last_seq, 'stage');
	if units is null then
		return;
	end if;
	laid := array(select s from stays_of(counters, units, 'infinity', last_seq) as s);
	delete from stay s
	using unnest(counters, units) as u(counter, unit)
	where s.unit = u.unit and s.track = split_part(u.counter, '/', 2)
		and s not in (select l from unnest(laid) as l);
	insert into stay
	select l.*
	from unnest(laid) as l
	where l not in (
		select s
		from unnest(counters, units) as u(counter, unit)
		join stay s on s.unit = u.unit and s.track = split_part(u.counter, '/', 2));
end
$$;

-- The stays of the cases of a track, or of all, known with a fact, of which a part lies between two days
-- (the first one not counted). What lies after the last day is not known yet: who left later is still
-- there.
create function stays_on(asked_track text, day date, known bigint, since date default '-infinity')
returns setof stay language plpgsql stable
as $$
begin
	if known >= (select coalesce(max(seq), 0) from fact) then
		return query
			select s.track, s.n, s.unit, s.participant, s.district, s.seq, s.entered_on,
				case when s.left_on <= day then s.left_on end,
				case when s.left_on <= day then s.outcome else 'open' end,
				s.repeated, s.came_over
			from stay s
			where daterange(s.entered_on, s.left_on, '[]') && daterange(since, day, '(]')
				and (asked_track is null or s.track = asked_track);
	else
		return query
			select s.*
			from (
				select array_agg(p.counter) as counters, array_agg(p.unit) as units
				from (
					select distinct g.counter, m.unit
					from stage g
					join mark m on m.counter = g.counter
					where asked_track is null or g.track = asked_track
				) as p) as every, stays_of(every.counters, every.units, day, known) as s
			where coalesce(s.left_on > since, true);
	end if;
end
$$;

-- How long a stay took that ended since a day (that one not counted), both ends counted: what cycle times
-- are made from. Null: it has not ended since, or was handed over.
create function cycle_days(entered_on date, left_on date, outcome text, since date) returns int
language sql immutable
as $$
	select case when left_on > since and outcome in ('done', 'given_up')
		then left_on - entered_on + 1 end
$$;

-- The open stays of a day in the stages of a track, or of all, and which of them are ageing: there for
-- longer than the 85th percentile of the cycle time of their stage, over the state and the 365 days up to
-- the day (nearest rank, as rules/numbers.c has it); null where fewer than 5 left.
create function ageing_on(asked_track text, day date, known bigint)
returns table (track text, stage text, unit text, after_days int, ageing boolean)
language plpgsql stable rows 20000 -- or each case is looked for through all of them
as $$
#variable_conflict use_column
begin
	return query
		with here as materialized (
			select s.*, cycle_days(s.entered_on, s.left_on, s.outcome, day - 365) as days
			from stays_on(asked_track, day, known, day - 365) as s
			where s.n > 0
		), pace as (
			select h.track, h.n,
				(array_agg(h.days order by h.days))[(count(*) * 85 + 99) / 100] as after_days
			from here h
			where h.days is not null
			group by h.track, h.n
			having count(*) >= 5
		)
		select h.track, g.code, h.unit, p.after_days, coalesce(day - h.entered_on > p.after_days, false)
		from here h
		join stage g on (g.track, g.n) = (h.track, h.n)
		left join pace p on (p.track, p.n) = (h.track, h.n)
		where h.outcome = 'open';
end
$$;

-- Each day that something was due, and how that ended: open, done, moved (to another day), kept (the
-- same was said again) or gone. The fact that says so tells a step that is done from one that was given
-- up; a session or review is done when one is held. Like stays: what is known now lies here.
create table deadline (
	track text collate "C" not null,
	unit text collate "C" not null,
	step text not null,
	district text not null,
	seq bigint not null, -- of the fact that told it
	due_on date not null,
	first_on date not null,
	told_on date not null,
	ended_on date,
	ending text not null
);
create index deadline_unit on deadline (unit, track);
create index deadline_during on deadline using gist (daterange(told_on, ended_on, '[]'));

-- The deadlines that follow from the marks of steps up to a day, each named with its counter, known with
-- a fact.
create function deadlines_of(counters text[], units text[], day date, known bigint)
returns setof deadline language sql stable
as $$
	with told as (
		select m.counter, m.unit, m.district, m.seq, m.n, m.first_on, m.valid_on,
			lead(m.n) over w as n_after, lead(m.valid_on) over w as until,
			lead(m.seq) over w as seq_after
		from unnest(counters, units) as u(counter, unit)
		join mark m on m.counter = u.counter and m.unit = u.unit
		where m.valid_on <= day and stands(m.seq, m.gone_with, known)
		window w as (partition by m.counter, m.unit order by m.valid_on, m.phase, m.seq)
	), finishing(track, step, type, even_if_due_again) as (
		values ('analysis', null, 'asskomm.analysis.v1.AnalysisMilestoneReached', false),
			('analysis', null, 'asskomm.analysis.v1.AnalysisTaskDone', false),
			('analysis', 'presentation', 'asskomm.analysis.v1.AnalysisPresented', false),
			('measure', null, 'asskomm.analysis.v1.MeasureFinished', false),
			('coaching', 'session', 'asskomm.coaching.v1.SessionHeld', true),
			('coaching', 'review', 'asskomm.coaching.v1.InterimReviewHeld', true)
	), named as (
		select split_part(t.counter, '/', 2) as track, split_part(t.unit, '/', 1) as of_unit,
			split_part(t.unit, '/', 2) as of_step, t.*
		from told t
		where t.n > 0
	)
	select t.track, t.of_unit, t.of_step, t.district, t.seq, date '1970-01-01' + t.n::int,
		coalesce(t.first_on, date '1970-01-01' + t.n::int), t.valid_on, t.until,
		case when t.until is null then 'open'
			when exists (
				select from finishing d
				join fact f on f.type = d.type and f.seq = t.seq_after
				where d.track = t.track and coalesce(d.step, t.of_step) = t.of_step
					and (d.even_if_due_again or t.n_after = 0)) then 'done'
			when t.n_after = 0 then 'gone'
			when t.n_after = t.n then 'kept'
			else 'moved' end
	from named t
$$;

-- As lay_stays.
create function lay_deadlines(first_seq bigint, last_seq bigint) returns void language plpgsql
as $$
declare
	counters text[];
	units text[];
	laid deadline[];
begin
	select array_agg(counter), array_agg(unit) into counters, units
	from timelines_changed(first_seq, last_seq, 'due');
	if units is null then
		return;
	end if;
	laid := array(select d from deadlines_of(counters, units, 'infinity', last_seq) as d);
	delete from deadline d
	using unnest(counters, units) as u(counter, unit)
	where d.unit = split_part(u.unit, '/', 1) and d.track = split_part(u.counter, '/', 2)
		and d.step = split_part(u.unit, '/', 2) and d not in (select l from unnest(laid) as l);
	insert into deadline
	select l.*
	from unnest(laid) as l
	where l not in (
		select d
		from unnest(counters, units) as u(counter, unit)
		join deadline d on d.unit = split_part(u.unit, '/', 1)
			and d.track = split_part(u.counter, '/', 2));
end
$$;

-- The deadlines of a track, or of all, known with a fact, that were open between two days (the first one
-- not counted). What lies after the last day is not known yet.
create function deadlines_on(asked_track text, day date, known bigint, since date default '-infinity')
returns setof deadline language plpgsql stable
as $$
begin
	if known >= (select coalesce(max(seq), 0) from fact) then
		return query
			select d.track, d.unit, d.step, d.district, d.seq, d.due_on, d.first_on, d.told_on,
				case when d.ended_on <= day then d.ended_on end,
				case when d.ended_on <= day then d.ending else 'open' end
			from deadline d
			where daterange(d.told_on, d.ended_on, '[]') && daterange(since, day, '(]')
				and (asked_track is null or d.track = asked_track);
	else
		return query
			select d.*
			from (
				select array_agg(p.counter) as counters, array_agg(p.unit) as units
				from (
					select distinct m.counter, m.unit
					from (select distinct track from stage) as g
					join mark m on m.counter = 'due/' || g.track
					where asked_track is null or g.track = asked_track
				) as p) as every, deadlines_of(every.counters, every.units, day, known) as d
			where coalesce(d.ended_on > since, true);
	end if;
end
$$;

-- Which marks tell a milestone; any value above 0 where there is no n. by_unit: the unit is the
-- participant itself, and of its many marks the first one counts.
create function milestone_marks()
returns table (milestone text, counter text, n bigint, by_unit boolean) language sql immutable
as $$
	values ('contact', 'contacted', null::bigint, true),
		('advice', 'advised', null, true),
		('closely_cooperating', 'closelyCooperating', null, true),
		('preliminary_agreement', 'preliminaryAgreements', null, true),
		('agreement', 'agreements', null, true),
		('model_municipality', 'modelMunicipalities', null, true),
		('coaching_requested', 'coachingsRequested', null, false),
		('coach_matched', 'coachesMatched', null, false),
		('coaching', 'coachings', null, false),
		('coaching_closed', 'stage/coaching', -1, false),
		('analysis', 'analysesStarted', null, false),
		('analysis_presented', 'analyses', null, false),
		('strategy', 'stage/analysis', -1, false),
		('measure', 'stage/measure', 1, false),
		('measure_done', 'stage/measure', 3, false),
		('measure_evaluated', 'stage/measure', -1, false),
		('council', 'councils', null, false),
		('council', 'districtCouncils', null, false)
$$;

-- The units of a counter, from one to the next: what each of them was told of is not read.
create function units_of(wanted text) returns setof text language sql stable
as $$
	with recursive found as (
		(select m.unit from mark m where m.counter = wanted order by m.unit limit 1)
		union all
		select (
			select m.unit from mark m
			where m.counter = wanted and m.unit > f.unit
			order by m.unit
			limit 1)
		from found f
		where f.unit is not null
	)
	select unit from found where unit is not null
$$;

-- The first day on which each participant reached some milestones, up to a day, known with a fact. What
-- was inherited in a merger was reached by the predecessor. A case with several participants counts
-- for each of them. It costs what there is of participants and cases, however often they are told of.
create function milestones_on(day date, known bigint, wanted text[])
returns table (participant text, milestone text, reached_on date)
language sql stable
set enable_seqscan = off -- nearly all marks are of other counters
as $$
	select u.unit, w.milestone, b.valid_on
	from milestone_marks() as w
	cross join units_of(w.counter) as u(unit)
	cross join lateral (
		select m.valid_on
		from mark m
		where m.counter = w.counter and m.unit = u.unit and m.valid_on <= day and m.phase = 1
			and m.n > 0 and stands(m.seq, m.gone_with, known)
		order by m.valid_on, m.phase, m.seq
		limit 1) as b
	where w.by_unit and w.milestone = any (wanted)
	union all
	select p.key, w.milestone, min(m.valid_on)
	from milestone_marks() as w
	join mark m on m.counter = w.counter and m.valid_on <= day and m.phase = 1
		and (m.n = w.n or w.n is null and m.n > 0)
		and stands(m.seq, m.gone_with, known)
	join fact f on f.seq = m.seq
	cross join lateral (
		select m.participant as key
		union
		select unnest(f.participants) where m.unit <> m.participant) as p
	where not w.by_unit and w.milestone = any (wanted)
	group by p.key, w.milestone
$$;

-- Who is meant when something is told of a participant: itself, and the consortia that it is in.
create function told_as(wanted text) returns setof text language sql stable
as $$
	select wanted
	union
	select c.consortium from member c where c.key = wanted
$$;

-- The same of one participant: facts about it have a mark in "participants".
create function milestones_of(wanted text, day date, known bigint)
returns table (milestone text, reached_on date)
language sql stable
set enable_seqscan = off set enable_hashjoin = off
as $$
	select w.milestone, min(m.valid_on)
	from told_as(wanted) as k(key)
	join mark p on p.counter = 'participants' and p.unit = k.key and p.phase = 1
	join mark m on m.seq = p.seq and m.valid_on <= day and m.phase = 1
		and stands(m.seq, m.gone_with, known)
	join milestone_marks() as w on w.counter = m.counter
		and (m.n = w.n or w.n is null and m.n > 0)
	join fact f on f.seq = m.seq
	where m.participant = wanted or m.unit <> m.participant and wanted = any (f.participants)
	group by w.milestone
$$;

-- The cases that a participant has or had a part in.
create function cases_of(wanted text) returns text[] language sql stable
set enable_seqscan = off set enable_hashjoin = off
as $$
	select coalesce(array_agg(distinct m.unit), '{}')
	from told_as(wanted) as k(key)
	join mark p on p.counter = 'participants' and p.unit = k.key and p.phase = 1
	join mark m on m.seq = p.seq and starts_with(m.counter, 'stage/')
$$;
