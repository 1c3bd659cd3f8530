-- Procedures, with all their revisions. They are public: no row-level security.
create table procedure (
	id text primary key,
	version bigint not null,
	label_de text not null,
	label_en text not null,
	revisions jsonb not null
);

-- Security analyses, of one or several municipalities.
create table security_analysis (
	id uuid primary key,
	version bigint not null,
	status text not null,
	municipalities jsonb not null,
	participants text[] not null,
	kicked_off_on date not null,
	presented_on date,
	entries jsonb not null,
	procedure text,
	revision int not null,
	modules jsonb not null,
	plan jsonb not null,
	previous uuid,
	deliveries jsonb not null
);
alter table security_analysis enable row level security;
alter table security_analysis force row level security;
create policy scope on security_analysis using (meta.in_scope(participants));

-- Analyses as they stood on a day: the last change until then decides.
create function analyses_on(day date)
returns table (id uuid, version bigint, status text, municipalities jsonb, participants text[],
	kicked_off_on date, presented_on date, entries jsonb, procedure text, revision int,
	modules jsonb, previous uuid)
language sql stable
as $$
	select a.id, a.version,
		case
			when standing.kinds ? 'AnalysisCancelled' then 'CANCELLED'
			when standing.kinds ? 'PreventionStrategyAdopted' then 'STRATEGY_ADOPTED'
			when standing.kinds ? 'AnalysisPresented' then 'PRESENTED'
			else 'KICKED_OFF' end,
		a.municipalities, a.participants, a.kicked_off_on,
		case when a.presented_on <= day then a.presented_on end, standing.entries, a.procedure,
		a.revision, a.modules, a.previous
	from security_analysis a
	cross join lateral (
		select jsonb_agg(e order by place) as entries, jsonb_agg(e -> 'kind') as kinds
		from jsonb_array_elements(a.entries) with ordinality as l(e, place)
		where (e ->> 'on')::date <= day
	) as standing
	where a.status <> 'WITHDRAWN' and a.kicked_off_on <= day
$$;
