-- Organisations that are no participants, under codes of the alliance's own. Public: no row-level
-- security.
create table organisation (
	id text primary key,
	version bigint not null,
	name text not null,
	kind text not null,
	parent text,
	areas text[] not null,
	seat text,
	valid_from date,
	valid_until date
);

-- Those, and the police directorates of which so far only the territory tells.
create function known_organisations()
returns table (id text, version bigint, name text, kind text, parent text, areas text[], seat text,
	valid_from date, valid_until date)
language sql stable
as $$
	select id, version, name, kind, parent, areas, seat, valid_from, valid_until
	from organisation
	union all
	select d ->> 'code', 0, d ->> 'name', 'POLICE_DIRECTORATE', null,
		array(select e.key from register_entry e
			where e.land = r.land and e.status_date = r.status_date and e.form = 'DISTRICT'
				and e.body ->> 'policeDirectorate' = d ->> 'code'
			order by e.key),
		d ->> 'seat', null, null
	from (
		select distinct on (land) land, status_date, police_directorates
		from register
		order by land, status_date desc
	) as r, jsonb_array_elements(r.police_directorates) as d
	where not exists (select from organisation o where o.id = d ->> 'code')
$$;

-- What a key means as an area, as the message Resolved. An independent city takes part under its
-- municipality's key, but is a district, too.
create function resolve_area(area text) returns jsonb language plpgsql stable
as $$
declare
	resolved jsonb := resolve(area);
begin
	if resolved -> 'candidates' = '[]' and exists (select from party where district = area) then
		return jsonb_build_object('reference', area, 'candidates', jsonb_build_array(
			jsonb_build_object('key', area, 'name', area, 'kind', 'DISTRICT', 'district', area)));
	end if;
	return resolved;
end
$$;

-- Who advises a district: all periods, in one row, so that no two can overlap unseen.
create table district_advisers (
	id text primary key,
	version bigint not null,
	participants text[] not null,
	assignments jsonb not null
);
alter table district_advisers enable row level security;
alter table district_advisers force row level security;
create policy scope on district_advisers using (meta.in_scope(participants));
-- A municipality may know who advises its district.
create policy within on district_advisers for select using (exists (
	select
	from unnest(string_to_array(coalesce(current_setting('asskomm.scope', true), ''), ',')) as s
	where starts_with(s, id)));
