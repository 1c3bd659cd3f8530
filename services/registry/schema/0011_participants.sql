-- Where each participant stands. A row exists from the first fact on.
create table participant (
	id text primary key,
	version bigint not null,
	name text not null,
	kind text not null,
	district text not null,
	participants text[] not null,
	contacted_on date,
	advised_on date,
	cooperation_level text,
	preliminary_agreement_on date,
	model_municipality_on date,
	entries jsonb not null
);
alter table participant enable row level security;
alter table participant force row level security;
create policy scope on participant using (meta.in_scope(participants));
