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

-- Agreements as they stood on a day: what ended later is still in force, what was signed later is
-- not there, nor is what was recorded by mistake.
create function agreements_on(day date)
returns table (id uuid, version bigint, status text, signed_on date, mode text,
	participants text[], accessions jsonb, signatories jsonb, witnesses jsonb, action_fields jsonb)
language sql stable
as $$
	select a.id, a.version, case when standing.in_force then 'IN_FORCE' else 'TERMINATED' end,
		a.signed_on, a.mode, a.participants, standing.accessions, a.signatories, a.witnesses,
		a.action_fields
	from agreement a
	cross join lateral (
		select bool_or(is_on) as in_force,
			jsonb_agg(case when is_on then c - 'terminatedOn' - 'terminationFactId' else c end
				order by place) as accessions
		from jsonb_array_elements(a.accessions) with ordinality as e(c, place),
			lateral (select coalesce(nullif(c ->> 'terminatedOn', '')::date > day, true)) as f(is_on)
	) as standing
	where a.status <> 'WITHDRAWN' and a.signed_on <= day
$$;
