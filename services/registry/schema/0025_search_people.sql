-- Contacts are found by name, role and organisation; an erased one by nothing. Without an index, as
-- agreements.
create function search_text(name text, function text, role text, organisation text, erased_on date)
returns text language sql immutable parallel safe
as $$
	select case when erased_on is null
		then meta.search_form(concat_ws(' ', name, function, role, organisation)) else '' end
$$;

alter table contact add column search text not null generated always as
	(registry.search_text(name, function, role, organisation, erased_on)) stored;
