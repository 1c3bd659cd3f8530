-- Agreements: one document, one or several accessions. A participant has at most one accession in
-- force on any day; that spans rows, so it is a constraint with a name.
create extension if not exists btree_gist with schema public;

create table agreement (
	id uuid primary key,
	version bigint not null,
	status text not null,
	signed_on date not null,
	mode text not null,
	participants text[] not null,
	accessions jsonb not null,
	signatories jsonb not null,
	witnesses jsonb not null,
	action_fields jsonb not null
);
alter table agreement enable row level security;
alter table agreement force row level security;
create policy scope on agreement using (meta.in_scope(participants));

create table accession (
	agreement_id uuid not null references agreement,
	participant text not null,
	in_force daterange not null, -- empty when withdrawn
	primary key (agreement_id, participant),
	constraint accession_one_at_a_time exclude using gist (participant with =, in_force with &&)
);
alter table accession enable row level security;
alter table accession force row level security;
create policy scope on accession using (meta.in_scope(array[participant]));

-- The only personal data of the suite.
create table contact (
	id uuid primary key,
	name text not null,
	role text not null,
	organisation text not null,
	purpose text not null,
	participants text[] not null,
	recorded_at timestamptz not null default now()
);
alter table contact enable row level security;
alter table contact force row level security;
create policy scope on contact using (meta.in_scope(participants));
