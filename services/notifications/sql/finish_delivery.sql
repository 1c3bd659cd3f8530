-- How a mail fared: done, dead, or waiting for the next try. Whose lease ran out meanwhile has lost the
-- mail to the next try, which counts one more, and gets no row.
update delivery
set state = :state, last_error = :last_error, lease_until = null,
	next_at = now() + :wait_seconds::int * interval '1 second'
where id = :id::uuid and state = 'sending' and attempts = :attempts::int
returning id
