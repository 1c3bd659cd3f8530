-- Where the ledger stands, for asskomm verify --database.
select seq,
	encode(hash, 'hex') as hash,
	epoch,
	(extract(epoch from recorded_at) * 1000000)::bigint as recorded_us
from ledger.head
