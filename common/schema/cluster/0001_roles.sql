-- Roles and the functions that row-level security stands on. Run by the database's owner.
do $$
declare
	service text;
begin
	foreach service in array array['registry', 'coaching', 'analysis', 'funding', 'notifications',
		'monitor', 'ledger', 'gateway']
	loop
		if not exists (select from pg_roles where rolname = 'asskomm_' || service) then
			execute format('create role %I login', 'asskomm_' || service);
		end if;
		execute format('create schema if not exists %I', service);
		execute format('grant usage on schema %I to %I', service, 'asskomm_' || service);
		execute format('alter role %I set search_path = %I, pg_temp', 'asskomm_' || service, service);
		-- every statement is prepared once; planning it anew each time would cost more than running it
		execute format('alter role %I set plan_cache_mode = force_generic_plan',
			'asskomm_' || service);
		-- nor can compiling it pay for what takes milliseconds
		execute format('alter role %I set jit = off', 'asskomm_' || service);
		execute format('alter role %I set lock_timeout = ''500ms''', 'asskomm_' || service);
		execute format('alter role %I set idle_in_transaction_session_timeout = ''10s''',
			'asskomm_' || service);
	end loop;
end
$$;

revoke all on schema public from public;
create schema meta;
grant usage on schema meta to public;

-- Fails by its own SQLSTATE, so that all before it in the transaction is rolled back.
create function meta.end_rehearsal() returns void language plpgsql
as $$
begin
	set constraints all immediate;
	raise exception using errcode = 'AK020', message = 'a dry run, rolled back on purpose';
end
$$;

-- Whether one of the keys begins with one of the scopes of this segment. No key at all is about
-- the state: everyone may see it. '*' is everything; an unset or empty scope is nothing.
create function meta.in_scope(keys text[]) returns boolean
language plpgsql stable parallel safe -- called per row: an SQL function would be planned each time
as $$
declare
	scope text;
	key text;
begin
	if cardinality(keys) = 0 then
		return true;
	end if;
	foreach scope in array
		string_to_array(coalesce(current_setting('asskomm.scope', true), ''), ',')
	loop
		if scope = '*' then
			return true;
		end if;
		foreach key in array keys
		loop
			-- a municipality's key may begin a union's: from 8 characters on a scope is a whole key
			if key = scope or (length(scope) between 1 and 7 and starts_with(key, scope)) then
				return true;
			end if;
		end loop;
	end loop;
	return false;
end
$$;
