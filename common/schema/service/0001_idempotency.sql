-- In each service's schema: the replies of commands by key. A key belongs to its actor. The runtime
-- forgets them after some time (idempotency.prune), but never one of a command that claimed when
-- something was known: an import of history may be repeated after years.
create table idempotency (
	actor text not null,
	key text not null,
	request_hash text not null,
	reply bytea not null,
	recorded_at timestamptz not null default now(),
	claimed boolean not null default false,
	constraint idempotency_once primary key (actor, key)
);
create index idempotency_by_age on idempotency (recorded_at) where not claimed;
