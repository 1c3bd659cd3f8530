-- What search.sql looks through. To make something else found: a column like these, and a part of
-- search.sql.

-- All names of a party in one text, for the index: what it may mean is decided name by name.
create function search_text(names text[]) returns text language sql immutable parallel safe
as $$ select meta.search_form(array_to_string(names, ' ')) $$;

alter table party add column search text not null
	generated always as (registry.search_text(names)) stored;
create index party_search on party using gin (search meta.gin_trgm_ops);

-- Who may be meant: from two fifths of the trigrams on, which lets two letters in ten be wrong. The
-- best of them are chosen by search.sql.
create function search_parties(form text) returns setof party language plpgsql stable
set pg_trgm.word_similarity_threshold = 0.4
as $$
begin
	return query select p.* from registry.party p where p.search operator(meta.%>) form;
end
$$;

-- Who acceded, who signed and witnessed in which role and for whom, and the day ("2023-08-09").
-- Without an index: row-level security comes first, and would not let one be used.
create function search_text(signed_on date, accessions jsonb, signatories jsonb, witnesses jsonb)
returns text language sql immutable parallel safe
as $$
	select meta.search_form(to_char(signed_on, 'YYYY-MM-DD') || ' ' || coalesce(string_agg(said, ' '), ''))
	from (
		select coalesce(part ->> 'name', part ->> 'role' || ' ' || (part ->> 'organisation')) as said
		from jsonb_array_elements(accessions || signatories || witnesses) as part
	) as parts
$$;

alter table agreement add column search text not null generated always as
	(registry.search_text(signed_on, accessions, signatories, witnesses)) stored;
