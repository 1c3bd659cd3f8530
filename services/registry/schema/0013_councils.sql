-- Municipal prevention councils; a participant has one that is not dissolved.
create table council (
	id uuid primary key,
	version bigint not null,
	status text not null,
	participant jsonb not null,
	participants text[] not null,
	constituted_on date not null,
	entries jsonb not null
);
create unique index council_one_per_participant on council ((participant ->> 'key'))
	where status in ('ACTIVE', 'DORMANT');
alter table council enable row level security;
alter table council force row level security;
create policy scope on council using (meta.in_scope(participants));

-- Councils as they stood on a day: the last change until then decides.
create function councils_on(day date)
returns table (id uuid, version bigint, status text, participant jsonb, participants text[],
	constituted_on date, entries jsonb)
language sql stable
as $$
	select c.id, c.version,
		case standing.entries -> -1 ->> 'kind'
			when 'CouncilWentDormant' then 'DORMANT'
			when 'CouncilDissolved' then 'DISSOLVED'
			else 'ACTIVE' end,
		c.participant, c.participants, c.constituted_on, standing.entries
	from council c
	cross join lateral (
		select jsonb_agg(e order by place) as entries
		from jsonb_array_elements(c.entries) with ordinality as l(e, place)
		where (e ->> 'on')::date <= day
	) as standing
	where c.status <> 'WITHDRAWN' and c.constituted_on <= day
$$;
