-- Coaching processes.
create table coaching_process (
	id uuid primary key,
	version bigint not null,
	status text not null,
	participant jsonb not null,
	participants text[] not null,
	requested_on date not null,
	coach text,
	outcome text,
	entries jsonb not null
);
alter table coaching_process enable row level security;
alter table coaching_process force row level security;
create policy scope on coaching_process using (meta.in_scope(participants));
