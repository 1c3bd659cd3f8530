-- The only personal data of the suite, and who read them.
create table contact (
	id uuid primary key,
	version bigint not null,
	name text not null, -- "… (gelöscht)" after the erasure
	function text,
	phone text,
	email text,
	role text not null,
	organisation text,
	participant text,
	purpose text not null,
	legal_basis text not null,
	consent_on date,
	valid_from date not null,
	valid_until date,
	retain_until date,
	participants text[] not null,
	erased_on date,
	recorded_at timestamptz not null default now()
);
create index contact_due on contact (retain_until) where erased_on is null;
alter table contact enable row level security;
alter table contact force row level security;
create policy scope on contact using (meta.in_scope(participants));

-- Kept for twelve months (contact.due.sql), also beyond the contact's erasure.
create table contact_read (
	id bigint generated always as identity (cache 1) primary key,
	contact_id uuid not null,
	reader text not null,
	participants text[] not null, -- of the contact at that time: who may see that it was read
	read_at timestamptz not null default now()
);
create index contact_read_of on contact_read (contact_id, id);
create index contact_read_at on contact_read (read_at);
alter table contact_read enable row level security;
alter table contact_read force row level security;
create policy scope on contact_read using (meta.in_scope(participants));

-- How many months the data of a purpose are kept, by the list of purposes; NULL without one.
create function purpose_months(purpose text) returns int language sql stable
as $$
	select (k ->> 'retentionMonths')::int
	from code_list l, jsonb_array_elements(l.codes) as k
	where l.id = 'contact_purposes' and k ->> 'code' = purpose
$$;

-- The last day on which data of a purpose are kept that was served on a day: as set_contact.c has it.
create function kept_until(purpose text, served_on date) returns date language sql stable
as $$
	select (served_on + make_interval(months => coalesce(nullif(purpose_months(purpose), 0),
		case purpose when 'event_participant' then 12 when 'agreement_signatory' then 120
			when 'grant_contact' then 120 else 24 end)))::date
$$;

-- Who may see a signatory: the party that is signed for, or where an organisation that we know is
-- competent; else all parties of the agreement. Never beyond the scope of who records it.
create function contact_reach(employer text, parties text[]) returns text[] language plpgsql stable
as $$
declare
	reach text[];
begin
	select array[key] into reach
	from party
	where key = any(parties) and (key = employer or names @> array[fold(employer)]);
	if reach is null then
		select areas into reach
		from known_organisations()
		where id = employer or fold(name) = fold(employer)
		order by id
		limit 1;
	end if;
	if reach is null or cardinality(reach) = 0 or not meta.in_scope(reach) then
		return parties;
	end if;
	return reach;
end
$$;
