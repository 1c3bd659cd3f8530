-- What the accessions of an agreement to be mean, and which of its action fields nobody knows. Where
-- no list of them was loaded, every field will do.
select 0 as version, coalesce(jsonb_agg(resolve(reference) order by place), '[]') as resolved,
	unknown_codes('action_fields', :action_fields::jsonb, :signed_on::date) as unknown_action_fields
from jsonb_array_elements_text(:accessions::jsonb) with ordinality as a(reference, place)
