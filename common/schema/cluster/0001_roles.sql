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
		execute format('alter role %I set lock_timeout = ''500ms''', 'asskomm_' || service);
		execute format('alter role %I set idle_in_transaction_session_timeout = ''10s''',
			'asskomm_' || service);
	end loop;
end
$$;

revoke all on schema public from public;
create schema meta;
grant usage on schema meta to public;

-- Whether one of the keys begins with one of the scopes of this segment. No key at all is about
-- the state: everyone may see it. '*' is everything; an unset or empty scope is nothing.
create function meta.in_scope(keys text[]) returns boolean
language sql stable parallel safe
as $$
	select cardinality(keys) = 0 or exists (
		select
		from unnest(string_to_array((select current_setting('asskomm.scope', true)), ',')) as scope,
			unnest(keys) as key
		where scope = '*' or (scope <> '' and starts_with(key, scope))
	)
$$;
