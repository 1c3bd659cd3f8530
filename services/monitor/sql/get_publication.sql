-- One publication, held against what the same question gives today.
select p.id, p.version, p.title, p.published_on, p.as_of, p.known_at, p.ledger_seq, p.figures,
	p.entry_id, p.withdrawn, still_holds(p) as holds
from publication p
where p.id = :id::uuid
