-- What the accessions of an agreement to be mean.
select 0 as version, coalesce(jsonb_agg(resolve(reference) order by place), '[]') as resolved
from jsonb_array_elements_text(:accessions::jsonb) with ordinality as a(reference, place)
