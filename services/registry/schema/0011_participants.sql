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
	model_municipality_on date
);
alter table participant enable row level security;
alter table participant force row level security;
create policy scope on participant using (meta.in_scope(participants));

-- The facts of each participant that are in force, in the order of recording. They grow without bound,
-- so they lie apart; what was taken back is in the ledger alone.
create table participant_entry (
	participant text not null references participant,
	fact_id uuid not null,
	place bigint generated always as identity (cache 1),
	kind text not null,
	valid_on date not null,
	value text, -- what it set, where the kind does not say so
	participants text[] not null,
	primary key (participant, fact_id)
);
create index participant_entry_by_day on participant_entry (participant, kind, valid_on, place);
alter table participant_entry enable row level security;
alter table participant_entry force row level security;
create policy scope on participant_entry using (meta.in_scope(participants));

-- As the message Entry.
create function entry_of(e participant_entry) returns jsonb
language sql immutable
as $$
	select jsonb_strip_nulls(jsonb_build_object('factId', e.fact_id, 'kind', e.kind,
		'on', e.valid_on, 'value', e.value))
$$;
