-- Each reference with its candidates, in the order of the question.
select coalesce(jsonb_agg(resolve(reference) order by place), '[]') as resolved
from jsonb_array_elements_text(:references::jsonb) with ordinality as r(reference, place)
