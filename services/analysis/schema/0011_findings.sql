-- What analyses found, and the measures that follow. They hang on an analysis that row-level security
-- may hide from who looks: so no foreign key.
create table finding (
	id uuid primary key,
	version bigint not null,
	status text not null,
	analysis_id uuid not null,
	municipalities jsonb not null,
	participants text[] not null,
	action_field text not null,
	summary text not null,
	recommendations jsonb not null,
	found_on date not null,
	entries jsonb not null
);
create index finding_analysis on finding (analysis_id);
alter table finding enable row level security;
alter table finding force row level security;
create policy scope on finding using (meta.in_scope(participants));

create table measure (
	id uuid primary key,
	version bigint not null,
	status text not null,
	analysis_id uuid not null,
	municipalities jsonb not null,
	participants text[] not null,
	finding_id uuid,
	recommendation text,
	title text not null,
	action_field text not null,
	owner_role text not null,
	owner_organisation text not null,
	decided_on date not null,
	first_due_on date not null,
	due_on date not null,
	due_changes int not null,
	started_on date,
	finished_on date,
	dropped_on date,
	dropped_because text,
	evaluations jsonb not null,
	entries jsonb not null
);
create index measure_analysis on measure (analysis_id);
alter table measure enable row level security;
alter table measure force row level security;
create policy scope on measure using (meta.in_scope(participants));

-- Measures as they stood on a day: the facts until then decide, and the last due date that one of
-- them set.
create function measures_on(day date)
returns table (id uuid, version bigint, status text, analysis_id uuid, municipalities jsonb,
	participants text[], finding_id uuid, recommendation text, title text, action_field text,
	owner_role text, owner_organisation text, decided_on date, first_due_on date, due_on date,
	due_changes int, started_on date, finished_on date, dropped_on date, dropped_because text,
	evaluations jsonb, entries jsonb, days_overdue int)
language sql stable
as $$
	select m.id, m.version, then_.status, m.analysis_id, m.municipalities, m.participants,
		m.finding_id, m.recommendation, m.title, m.action_field, m.owner_role,
		m.owner_organisation, m.decided_on, m.first_due_on, then_.due_on, then_.due_changes,
		case when m.started_on <= day then m.started_on end,
		case when m.finished_on <= day then m.finished_on end,
		case when m.dropped_on <= day then m.dropped_on end,
		case when m.dropped_on <= day then m.dropped_because end,
		(select coalesce(jsonb_agg(e order by place), '[]')
			from jsonb_array_elements(m.evaluations) with ordinality as l(e, place)
			where (e ->> 'on')::date <= day),
		then_.entries,
		case when then_.status in ('PLANNED', 'RUNNING')
			then greatest(day - then_.due_on, 0) else 0 end
	from measure m
	cross join lateral (
		select jsonb_agg(e order by place) as entries,
			case
				when m.finished_on <= day then 'DONE'
				when m.dropped_on <= day then 'DROPPED'
				when m.started_on <= day then 'RUNNING'
				else 'PLANNED' end as status,
			(array_agg((e ->> 'value')::date order by place desc)
				filter (where e ->> 'kind' in ('MeasureDecided', 'MeasureDueDateChanged')))[1]
				as due_on,
			count(*) filter (where e ->> 'kind' = 'MeasureDueDateChanged')::int as due_changes
		from jsonb_array_elements(m.entries) with ordinality as l(e, place)
		where (e ->> 'on')::date <= day
	) as then_
	where m.status <> 'WITHDRAWN' and m.decided_on <= day
$$;
