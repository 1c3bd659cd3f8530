-- The ledger: pending facts become numbered, hashed events; nobody changes or deletes an event.
create table pending (
	id bigint generated always as identity (cache 1) primary key,
	service name not null default current_user,
	fact_id uuid not null constraint pending_fact_once unique,
	type text not null,
	header bytea not null,
	payload bytea not null,
	participants text[] not null,
	recorded_on date -- claimed by an import of history
);

create table event (
	seq bigint primary key,
	recorded_at timestamptz not null,
	fact_id uuid not null constraint event_fact_once unique,
	type text not null,
	header bytea not null,
	payload bytea not null,
	participants text[] not null,
	hash bytea not null
);

-- Pending facts whose id stands in the ledger already: only a faulty service makes such.
create table set_aside (like pending);

create table head (
	only_one boolean primary key default true check (only_one),
	seq bigint not null,
	hash bytea not null,
	recorded_at timestamptz not null,
	epoch text not null
);
insert into head (seq, hash, recorded_at, epoch)
values (0, sha256(''), 'epoch', gen_random_uuid()::text);

-- The day an operator claims must not lie before what is already recorded: knownAt is a prefix.
create function may_claim(claimed date) returns boolean
language plpgsql security definer set search_path = ledger, pg_temp
as $$
begin
	if exists (select from head where (recorded_at at time zone 'Europe/Berlin')::date > claimed)
		or exists (select from pending where recorded_on is null or recorded_on > claimed)
		or claimed > (now() at time zone 'Europe/Berlin')::date
	then
		raise exception using errcode = 'AK010',
			message = 'recordedOn lies before the last entry of the ledger, or in the future';
	end if;
	return true;
end
$$;

-- Numbers up to `most` pending facts, in insert order, in one transaction: dense sequence,
-- recorded_at that never goes back, hash over what is stored. The row lock on head protects; who
-- comes second finds nothing to do.
create function number_pending(most int) returns setof event
language plpgsql set search_path = ledger, pg_temp
as $$
declare
	h head;
	p pending;
	e event;
begin
	if not exists (select from pending) then
		return;
	end if;
	select * into strict h from head for update;
	for p in
		with moved as (
			delete from pending where id in (select id from pending order by id limit most)
			returning *
		)
		select * from moved order by id
	loop
		e.seq := h.seq + 1;
		-- Noon in Berlin of a claimed day, never later than now (least ignores null).
		e.recorded_at := greatest(h.recorded_at, least(clock_timestamp(),
			(p.recorded_on + time '12:00') at time zone 'Europe/Berlin'));
		e.fact_id := p.fact_id;
		e.type := p.type;
		e.header := p.header;
		e.payload := p.payload;
		e.participants := p.participants;
		e.hash := sha256(h.hash || int8send(e.seq)
			|| int8send((extract(epoch from e.recorded_at) * 1000000)::bigint)
			|| uuid_send(e.fact_id) || convert_to(e.type, 'UTF8') || e.header || e.payload);
		insert into event values (e.*) on conflict on constraint event_fact_once do nothing;
		if not found then
			-- an id that was used before: set aside, so that it does not stop all others
			insert into set_aside values (p.*);
			continue;
		end if;
		h.seq := e.seq;
		h.recorded_at := e.recorded_at;
		h.hash := e.hash;
		return next e;
	end loop;
	update head set seq = h.seq, hash = h.hash, recorded_at = h.recorded_at;
end
$$;

-- Services may add to pending as themselves, and no more.
grant usage on schema ledger to asskomm_registry, asskomm_coaching, asskomm_analysis,
	asskomm_funding, asskomm_notifications, asskomm_monitor;
grant insert (fact_id, type, header, payload, participants, recorded_on) on pending
	to asskomm_registry, asskomm_coaching, asskomm_analysis, asskomm_funding,
	asskomm_notifications, asskomm_monitor;
grant select, delete on pending to asskomm_ledger;
grant select, insert on event to asskomm_ledger;
grant select, insert on set_aside to asskomm_ledger;
grant select, update on head to asskomm_ledger;

alter table pending enable row level security;
alter table pending force row level security;
create policy add on pending for insert
	with check (service = current_user and (recorded_on is null or may_claim(recorded_on)));
create policy number on pending to asskomm_ledger using (true);
create policy look on pending for select to current_user using (true); -- for may_claim

alter table event enable row level security;
alter table event force row level security;
create policy ledger on event to asskomm_ledger using (true) with check (true);
