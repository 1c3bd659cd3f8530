-- Each service may use the tables of its own schema, and nothing else. What others may do in the
-- ledger's schema is said by the ledger's own files.
do $$
declare
	service text;
	role text;
begin
	foreach service in array array['registry', 'coaching', 'analysis', 'funding', 'notifications',
		'monitor', 'gateway']
	loop
		role := 'asskomm_' || service;
		execute format('grant usage on schema %I to %I', service, role);
		execute format('grant select, insert, update, delete on all tables in schema %I to %I',
			service, role);
		execute format('grant usage on all sequences in schema %I to %I', service, role);
		execute format('grant execute on all functions in schema %I to %I', service, role);
	end loop;
end
$$
