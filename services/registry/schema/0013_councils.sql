-- Municipal prevention councils; a participant has one that is not dissolved.
create table council (
	id uuid primary key,
	version bigint not null,
	status text not null,
	participant jsonb not null,
	participants text[] not null,
	constituted_on date not null,
	entries jsonb not null
);
create unique index council_one_per_participant on council ((participant ->> 'key'))
	where status in ('ACTIVE', 'DORMANT');
alter table council enable row level security;
alter table council force row level security;
create policy scope on council using (meta.in_scope(participants));
