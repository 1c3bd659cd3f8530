-- The pool of coaches, by references that the registry's contacts alone turn into names.
create table coach (
	id text primary key,
	version bigint not null,
	status text not null,
	competences jsonb not null,
	capacity int not null,
	districts jsonb not null,
	availability jsonb not null,
	contact_id uuid,
	registered_on date not null,
	retired_on date
);

-- How many open coachings each coach has, also one that the pool does not know (history names such).
-- The row is the lock under which places are given away: coaching.save.sql.
create table coach_load (
	coach text primary key,
	taken int not null
);
