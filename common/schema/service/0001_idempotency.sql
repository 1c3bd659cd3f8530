-- In each service's schema: the replies of commands by key. A key belongs to its actor.
create table idempotency (
	actor text not null,
	key text not null,
	request_hash text not null,
	reply bytea not null,
	recorded_at timestamptz not null default now(),
	constraint idempotency_once primary key (actor, key)
);
