-- A set as it stands, version 0 when it is new; and which of the request's keys nobody has.
select asked.id, coalesce(b.version, 0) as version, b.level, b.land, b.status_date, b.credit,
	b.credit_url, coalesce(b.tolerance_m, 0) as tolerance_m, b.shapes,
	(select coalesce(jsonb_agg(f ->> 'key' order by place), '[]')
		from jsonb_array_elements(:features::jsonb) with ordinality as e(f, place)
		where not exists (select from places_of(:level) p where p.key = f ->> 'key'))
		as unknown_keys
from (select :level::text || '/' || :land::text || '/' || :status_date::text as id) as asked
left join boundaries b on b.id = asked.id
