-- One publication.
select id, version, title, published_on, as_of, known_at, ledger_seq, figures, entry_id, withdrawn
from publication
where id = :id::uuid
