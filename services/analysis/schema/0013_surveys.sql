-- What surveys gave, as sums; one of each municipality of an analysis.
create table survey (
	id text primary key, -- analysis and municipality
	version bigint not null,
	analysis_id uuid not null,
	municipality jsonb not null,
	participants text[] not null,
	surveyed_on date not null,
	sample int not null,
	returns int not null,
	indicators jsonb not null,
	file_name text,
	sha256 text,
	rows int not null,
	told_by uuid not null
);
create index survey_analysis on survey (analysis_id);
alter table survey enable row level security;
alter table survey force row level security;
create policy scope on survey using (meta.in_scope(participants));
