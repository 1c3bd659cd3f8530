-- How a mail fared: done, dead, or waiting for the next try.
update delivery
set state = :state, last_error = :last_error, lease_until = null,
	next_at = now() + :wait_seconds::int * interval '1 second'
where id = :id::uuid
