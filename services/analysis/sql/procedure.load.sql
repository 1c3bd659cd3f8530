-- A procedure as it stands; one that is new has version 0.
select :id as id, coalesce(p.version, 0) as version, p.label_de, p.label_en, p.revisions
from (values (1)) as always(one)
left join procedure p on p.id = :id
