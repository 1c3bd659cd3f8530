-- The facts after a number as stored, for asskomm verify --database.
select seq,
	(extract(epoch from recorded_at) * 1000000)::bigint as recorded_us,
	fact_id,
	type,
	encode(header, 'hex') as header,
	encode(payload, 'hex') as payload,
	encode(hash, 'hex') as hash
from ledger.event
where seq > :after::bigint
order by seq
limit :limit::int
