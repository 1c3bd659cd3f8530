-- Coaching processes, and what happened in each.
create table coaching_process (
	id uuid primary key,
	version bigint not null,
	status text not null,
	participant jsonb not null,
	participants text[] not null,
	partners jsonb not null default '[]',
	requested_on date not null,
	reopens uuid references coaching_process,
	topics jsonb not null default '[]',
	clarified_on date,
	coach text,
	-- the coach reaches it by a scope of its own, whatever the district
	assignees text[] not null
		generated always as (case when coach is null then '{}' else array['coach-' || coach] end) stored,
	matched_on date,
	coach_changes int not null default 0,
	coach_changed_on date,
	contracted_on date,
	goals jsonb not null default '[]',
	contact_id uuid,
	contact_role text,
	expected_sessions int not null default 0,
	planned_review_on date,
	started_on date,
	paused_on date,
	pause_reason text,
	resume_planned_on date,
	resumed_on date,
	reviewed_on date,
	closed_on date,
	outcome text,
	moved_on date,
	sessions int not null default 0,
	last_session_on date,
	next_session_on date,
	steps int not null default 0
);
create unique index coaching_reopened_once on coaching_process (reopens) where status <> 'WITHDRAWN';
create index coaching_place on coaching_process (requested_on, id);
create index coaching_coach on coaching_process (coach) where coach is not null;
alter table coaching_process enable row level security;
alter table coaching_process force row level security;
create policy scope on coaching_process using (meta.in_scope(participants || assignees));

-- The facts of each process in the order of recording, and how the process stood after each: what a
-- withdrawal restores, and what was so on a day. They grow without bound, so they lie apart.
create table coaching_step (
	place bigint generated always as identity (cache 1),
	fact_id uuid primary key,
	coaching_id uuid not null references coaching_process,
	number int not null,
	kind text not null,
	valid_on date not null,
	moves boolean not null, -- false: a session beside the course of the stages
	step jsonb not null, -- as the message Step
	after jsonb not null, -- as the message Situation
	recorded_at timestamptz not null default now(),
	withdrawn_at timestamptz,
	participants text[] not null,
	assignees text[] not null -- of the process as it is now
);
create unique index coaching_step_once on coaching_step (coaching_id, number)
	where withdrawn_at is null;
create index coaching_step_recorded on coaching_step (coaching_id, place);
create index coaching_session on coaching_step (coaching_id, valid_on, fact_id)
	where kind = 'SessionHeld' and withdrawn_at is null;
alter table coaching_step enable row level security;
alter table coaching_step force row level security;
create policy scope on coaching_step using (meta.in_scope(participants || assignees));

-- The latest facts in force of a process as of a day, as the messages Entry.
create function coaching_entries(id uuid, day date) returns jsonb
language sql stable
as $$
	select coalesce(jsonb_agg(jsonb_build_object('factId', fact_id, 'kind', kind, 'on', valid_on)
		order by number), '[]')
	from (
		select fact_id, kind, valid_on, number
		from coaching_step
		where coaching_id = $1 and withdrawn_at is null and (day is null or valid_on <= day)
		order by number desc
		limit 20) as latest
$$;

-- Coachings as they stood on a day; without one as they stand now. What was told late is known: the
-- stage is that after the latest move of a day by then, the sessions are those held by then.
create function coachings_on(day date) returns setof coaching_process
language sql stable
as $$
	select p.*
	from coaching_process p
	where day is null
	union all
	select x.*
	from coaching_process p
	cross join lateral (
		select after
		from coaching_step s
		where s.coaching_id = p.id and s.withdrawn_at is null and s.moves and s.valid_on <= day
		order by s.number desc
		limit 1) as stage
	cross join lateral (
		select count(*) as steps, count(*) filter (where kind = 'SessionHeld') as sessions,
			max(valid_on) filter (where kind = 'SessionHeld') as last_session_on,
			(array_agg(step ->> 'nextSessionOn' order by valid_on desc, number desc)
				filter (where kind = 'SessionHeld'))[1] as next_session_on
		from coaching_step s
		where s.coaching_id = p.id and s.withdrawn_at is null and s.valid_on <= day) as told
	cross join lateral jsonb_populate_record(p, stage.after || jsonb_build_object(
		'steps', told.steps, 'sessions', told.sessions, 'last_session_on', told.last_session_on,
		'next_session_on', case when stage.after ->> 'status' not in ('PAUSED', 'CLOSED')
			then nullif(told.next_session_on, '') end)) as x
	where p.requested_on <= day
$$;
