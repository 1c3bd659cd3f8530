-- One mail that is due, or whose sender died: leased for two minutes.
update delivery
set state = 'sending', attempts = attempts + 1, lease_until = now() + interval '2 minutes'
where id = (
	select id
	from delivery
	where (state = 'waiting' and next_at <= now()) or (state = 'sending' and lease_until < now())
	order by next_at
	limit 1
	for update skip locked)
returning id, email, subject, text, attempts
