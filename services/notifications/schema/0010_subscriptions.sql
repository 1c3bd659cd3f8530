-- Who wants to hear of what, what they were told, and the mails that are to go out.
create table subscription (
	id uuid primary key,
	version bigint not null,
	recipient text not null,
	email text,
	participant text,
	district text,
	kind text,
	scopes text[] not null, -- of the subscriber: what may be told
	ended_on date
);
create index subscription_recipient on subscription (recipient);
alter table subscription enable row level security;
alter table subscription force row level security;
create policy own on subscription using (recipient = current_setting('asskomm.actor', true));
create policy worker on subscription for select
	using (current_setting('asskomm.actor', true) = 'service:notifications');

create table fact (
	fact_id uuid primary key -- handled: what afterFact waits for
);

create table inbox (
	id uuid primary key default gen_random_uuid(),
	recipient text not null,
	fact_id uuid not null,
	seq bigint not null,
	kind text not null,
	subject text not null,
	text text not null,
	valid_on date not null,
	received_at timestamptz not null default now(),
	constraint inbox_once unique (recipient, fact_id)
);
create index inbox_newest on inbox (recipient, seq desc);
alter table inbox enable row level security;
alter table inbox force row level security;
create policy own on inbox using (recipient = current_setting('asskomm.actor', true)
	or current_setting('asskomm.actor', true) = 'service:notifications');

create table delivery (
	id uuid primary key default gen_random_uuid(),
	fact_id uuid not null,
	email text not null,
	subject text not null,
	text text not null,
	state text not null default 'waiting', -- waiting, sending, done, dead
	attempts int not null default 0,
	next_at timestamptz not null default now(),
	lease_until timestamptz,
	last_error text,
	constraint delivery_once unique (fact_id, email)
);
create index delivery_due on delivery (next_at) where state in ('waiting', 'sending');
alter table delivery enable row level security;
alter table delivery force row level security;
create policy worker on delivery using (current_setting('asskomm.actor', true) = 'service:notifications');
