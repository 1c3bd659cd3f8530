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
	subscribed_on date not null default (now() at time zone 'Europe/Berlin')::date,
	ended_on date
);
create index subscription_recipient on subscription (recipient);
alter table subscription enable row level security;
alter table subscription force row level security;
create policy own on subscription using (recipient = current_setting('asskomm.actor', true));
create policy worker on subscription for select
	using (current_setting('asskomm.actor', true) = 'service:notifications');

-- Whether somebody is to be told of what is of that kind and about those participants.
create function is_wanted(s subscription, told text, about text[]) returns boolean
language sql stable
as $$
	select s.ended_on is null
		and (s.kind is null or s.kind = told)
		and (s.participant is null or s.participant = any(about))
		and (s.district is null
			or exists (select from unnest(about) p where starts_with(p, s.district)))
		and (cardinality(about) = 0
			or exists (select from unnest(about) p, unnest(s.scopes) c
				where c in ('*', p) or (length(c) between 1 and 7 and starts_with(p, c))))
$$;

create table fact (
	fact_id uuid primary key -- handled: what afterFact waits for
);

create table inbox (
	place bigint generated always as identity (cache 1), -- the order of telling
	id uuid primary key default gen_random_uuid(),
	recipient text not null,
	fact_id uuid not null, -- or made of the episode that is told
	seq bigint not null, -- 0: of no fact
	kind text not null,
	subject text not null,
	text text not null,
	valid_on date not null,
	received_at timestamptz not null default now(),
	constraint inbox_once unique (recipient, fact_id)
);
create index inbox_newest on inbox (recipient, place desc);
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
