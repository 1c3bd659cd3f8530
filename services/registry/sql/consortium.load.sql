-- What the members of a consortium to be mean; `entries` is empty, the version 0.
select 0 as version, coalesce(jsonb_agg(resolve(member) order by place), '[]') as members
from jsonb_array_elements_text(:members::jsonb) with ordinality as m(member, place)
