-- The codes of a question that their lists do not have on a day, in its order.
select coalesce(jsonb_agg(use order by place), '[]') as unknown
from jsonb_array_elements(:uses::jsonb) with ordinality as u(use, place)
where unknown_codes(use ->> 'list', jsonb_build_array(use -> 'code'),
	coalesce(:on::date, :today::date)) <> '[]'
