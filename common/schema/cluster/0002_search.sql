-- What forgiving search stands on: trigrams, and letters without their marks. Both extensions come
-- with PostgreSQL itself and are trusted: the database's owner may create them.
create extension if not exists pg_trgm with schema meta;
create extension if not exists unaccent with schema meta;

-- How names are compared in search: composed, without case, marks and punctuation, "ß" as "s" and
-- "ae" as "ä", so that "Grosenhain", "Goerlitz" and "BUDYSIN" are what they mean. Says immutable
-- what unaccent cannot, because its rules could be edited; ours come with PostgreSQL. Names its
-- schema, so that a restored index is built the same way.
create function meta.search_form(said text) returns text language plpgsql immutable strict parallel safe
as $$
declare
	form text := lower(normalize(said, nfc) collate "und-x-icu");
begin
	form := meta.unaccent('meta.unaccent'::regdictionary, form);
	form := replace(replace(replace(replace(form, 'ss', 's'), 'ae', 'a'), 'oe', 'o'), 'ue', 'u');
	return btrim(regexp_replace(form, '[^[:alnum:]]+', ' ', 'g'));
end
$$;
