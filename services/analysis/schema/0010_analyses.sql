-- Security analyses, of one or several municipalities.
create table security_analysis (
	id uuid primary key,
	version bigint not null,
	status text not null,
	municipalities jsonb not null,
	participants text[] not null,
	kicked_off_on date not null,
	presented_on date,
	entries jsonb not null
);
alter table security_analysis enable row level security;
alter table security_analysis force row level security;
create policy scope on security_analysis using (meta.in_scope(participants));
