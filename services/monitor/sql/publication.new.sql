-- What is to be published: the figures of a day with all that is known.
with asked as (
	select coalesce(:as_of::date, :today::date) as as_of, known_seq(null) as known
)
select 0 as version, a.as_of, a.known as ledger_seq, figures_told(a.as_of, a.known) as figures,
	coalesce((select to_char(f.recorded_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
		from fact f where f.seq = a.known), '') as known_at
from asked a
