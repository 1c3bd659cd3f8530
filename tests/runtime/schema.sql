-- The tables that the statements in tests/runtime/sql need; a test that opens a db loads this first,
-- after common/schema/cluster/0001_roles.sql. The role `tester` is no superuser, so row-level
-- security holds for it.
create role tester login;
grant create, usage on schema public to tester;
alter role tester set search_path = public, pg_temp;
set role tester;
set search_path = public, pg_temp;

create table item (
	id bigint generated always as identity (cache 1) primary key,
	key text not null,
	label text not null constraint item_label_once unique
);
alter table item enable row level security;
alter table item force row level security;
create policy scope on item using (meta.in_scope(array[key]));

create table seat (
	guest int not null,
	place int not null constraint seat_place_once unique deferrable initially deferred
);

create table wide (first int not null);
insert into wide values (1);

-- What the runtime's own statements need.
create table idempotency (
	actor text not null,
	key text not null,
	request_hash text not null,
	reply bytea not null,
	recorded_at timestamptz not null default now(),
	constraint idempotency_once primary key (actor, key)
);
create table listener_offset (
	only_one boolean primary key default true check (only_one),
	seq bigint not null,
	epoch text not null
);
insert into listener_offset (seq, epoch) values (0, '');
