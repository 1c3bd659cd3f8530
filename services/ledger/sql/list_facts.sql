-- The facts after a number, oldest first, as stored; those in the caller's scope.
select e.seq, to_char(e.recorded_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
	as recorded_at, e.fact_id as id, e.type, e.header, e.payload, e.hash, h.epoch
from event e, head h
where e.seq > :after::bigint and meta.in_scope(e.participants)
order by e.seq
limit case when :limit::int = 0 then 100 else :limit::int end
