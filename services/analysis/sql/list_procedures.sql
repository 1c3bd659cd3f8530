-- All procedures, each with its latest revision.
select id, version, label_de, label_en, jsonb_build_array(revisions -> -1) as revisions
from procedure
order by id
