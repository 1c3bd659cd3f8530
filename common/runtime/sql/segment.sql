-- First in every segment (db.c): who asks, what the row-level security lets through, and how long a
-- statement may take. Local to the segment's transaction.
select set_config('asskomm.scope', :scope, true),
	set_config('asskomm.actor', :actor, true),
	set_config('statement_timeout', :timeout_ms, true)
