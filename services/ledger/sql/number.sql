-- Numbers what is pending; the rows are published after the commit.
select e.seq, to_char(e.recorded_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
	as recorded_at, e.fact_id as id, e.type, e.header, e.payload, e.hash,
	(select epoch from head) as epoch
from number_pending(:most::int) as e
