-- Asked on each new connection (db.c): a server that may lose what it acknowledged is not used.
-- Warnings must arrive, because one of them says that a commit is not on the standby.
select current_setting('fsync') as fsync,
	current_setting('full_page_writes') as full_page_writes,
	current_setting('synchronous_commit') as synchronous_commit,
	set_config('client_min_messages', 'notice', false) as client_min_messages
