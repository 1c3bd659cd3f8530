-- Forgets keys that are older than so many days, at most so many at once; the oldest first, and none
-- that another replica is forgetting. A row for each.
delete from idempotency i
using (
	select actor, key
	from idempotency
	where not claimed and recorded_at < now() - make_interval(days => :days::int)
	order by recorded_at
	limit :most
	for update skip locked) as old
where i.actor = old.actor and i.key = old.key
returning i.key
