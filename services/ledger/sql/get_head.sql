-- Where the ledger stands.
select seq, encode(hash, 'hex') as hash, epoch,
	to_char(recorded_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as recorded_at
from head
