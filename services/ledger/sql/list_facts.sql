-- The facts after a number, oldest first, as stored; those in the caller's scope. A page is bounded by
-- its bytes too, so that it fits into one message of the bus; it holds at least one fact. The inner
-- limit is that of the request's form: without a number here the plan would read the whole ledger.
with page as (
	select e.*, sum(octet_length(e.header) + octet_length(e.payload) + 256) over (order by e.seq)
		as bytes
	from (
		select seq, recorded_at, fact_id, type, header, payload, participants, hash
		from event
		where seq > :after::bigint and meta.in_scope(participants)
		order by seq
		limit 500) as e
	order by e.seq
	limit case when :limit::int = 0 then 100 else :limit::int end
)
select p.seq, to_char(p.recorded_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
	as recorded_at, p.fact_id as id, p.type, p.header, p.payload, p.hash, h.epoch
from page p, head h
where p.bytes <= 2000000 or p.seq = (select min(seq) from page)
order by p.seq
