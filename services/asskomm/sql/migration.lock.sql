-- One run at a time; the lock ends with the session. The number is only ever used here.
select pg_advisory_lock(4154532175)
