-- What was published: the figures of a day as they were known with a fact. The fact in the ledger says
-- the same for ever; here they lie to be listed, and to be held against a recount.
create table publication (
	id uuid primary key,
	version bigint not null,
	title text not null,
	published_on date not null,
	as_of date not null,
	known_at text not null, -- when the last fact was recorded that was known
	ledger_seq bigint not null, -- that fact's number
	figures jsonb not null,
	entry_id uuid not null, -- of the ledger
	withdrawn text -- why
);
create index publication_newest on publication (published_on desc, id desc);

-- What is said once is not said differently later; only that it was withdrawn may be added.
create function keep_publication() returns trigger language plpgsql
as $$
begin
	if tg_op = 'DELETE' or (new.id, new.title, new.published_on, new.as_of, new.known_at,
			new.ledger_seq, new.figures, new.entry_id) is distinct from (old.id, old.title,
			old.published_on, old.as_of, old.known_at, old.ledger_seq, old.figures, old.entry_id)
		or old.withdrawn is not null and new.withdrawn is distinct from old.withdrawn
	then
		raise 'a publication never changes';
	end if;
	return new;
end
$$;
create trigger keep before update or delete on publication
	for each row execute function keep_publication();

-- The published counters of a day, known with a fact, as the fields of Figures.
create function figures_told(as_of date, known bigint) returns jsonb language sql stable
as $$
	select coalesce(jsonb_object_agg(f.counter, case f.counter
		when 'budgetCents' then to_jsonb(f.n::text) else to_jsonb(f.n) end), '{}')
		|| jsonb_build_object('asOf', as_of, 'ledgerSeq', known::text)
	from (
		select v.counter, sum(v.n)::bigint as n
		from figures_on(as_of, known) v
		where strpos(v.counter, '/') = 0
		group by v.counter) as f
$$;

-- Whether the same question gives the same figures today; a counter that is not told is 0.
create function still_holds(p publication) returns boolean language sql stable
as $$
	select not exists (
		select
		from jsonb_each_text(p.figures) as said
		full join jsonb_each_text(figures_told(p.as_of, p.ledger_seq)) as counted using (key)
		where key not in ('asOf', 'knownAt', 'district', 'ledgerSeq')
			and coalesce(said.value, '0') <> coalesce(counted.value, '0'))
$$;
