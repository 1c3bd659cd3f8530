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

-- How the participant stands that a key or name means (version 0: no fact yet), without its entries; where
-- it means several or none, `resolved` alone tells something.
create function participant_asked(asked text) returns table (id text, version bigint, name text,
	kind text, district text, participants jsonb, contacted_on date, advised_on date,
	cooperation_level text, preliminary_agreement_on date, model_municipality_on date,
	resolved jsonb) language sql stable
as $$
	with found as (
		select resolve(asked) as resolved
	), only_one as (
		select resolved, case when jsonb_array_length(resolved -> 'candidates') = 1
			then resolved #>> '{candidates,0,key}' end as key
		from found
	)
	select o.key, coalesce(p.version, 0), y.name, y.kind, y.district, to_jsonb(y.members),
		p.contacted_on, p.advised_on, p.cooperation_level, p.preliminary_agreement_on,
		p.model_municipality_on, o.resolved
	from only_one o
	left join party y on y.key = o.key
	left join participant p on p.id = o.key
$$;
