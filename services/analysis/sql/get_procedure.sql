-- A procedure with all its revisions.
select id, version, label_de, label_en, revisions
from procedure
where id = :id
