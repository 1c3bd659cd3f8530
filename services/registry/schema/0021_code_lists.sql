-- Lists of codes with their labels, which people maintain: about nobody, and for everybody to read.
create table code_list (
	id text primary key,
	version bigint not null,
	title_de text not null,
	title_en text not null,
	status_date date not null,
	codes jsonb not null
);

-- Whether a code is in use on a day; dates of ISO 8601 compare as text.
create function is_in_use(code jsonb, day date) returns boolean language sql stable parallel safe
as $$
	select coalesce(code ->> 'validFrom', '') <= day::text
		and (coalesce(code ->> 'validUntil', '') = '' or code ->> 'validUntil' > day::text)
$$;

-- Those of a list of codes that the named list does not have on a day; none when there is no such
-- list.
create function unknown_codes(list text, said jsonb, day date) returns jsonb language sql stable
as $$
	select coalesce(jsonb_agg(code), '[]')
	from jsonb_array_elements_text(said) as code, code_list l
	where l.id = list and not exists (
		select from jsonb_array_elements(l.codes) as known
		where known ->> 'code' = code and is_in_use(known, day))
$$;
