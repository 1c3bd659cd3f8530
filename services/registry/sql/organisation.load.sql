-- One organisation as it is (version 0: not registered yet), with what the request's parent and
-- areas mean.
select :key as id, coalesce(o.version, 0) as version, o.name, o.kind, o.parent,
	to_jsonb(o.areas) as areas, o.seat, o.valid_from, o.valid_until,
	(select jsonb_build_object('key', a.id, 'name', a.name, 'kind', a.kind, 'areas', a.areas)
		from known_organisations() as a where a.id = :parent) as above,
	(select coalesce(jsonb_agg(resolve_area(area) order by place), '[]')
		from jsonb_array_elements_text(:areas::jsonb) with ordinality as l(area, place)) as resolved
from (values (1)) as always(one)
left join organisation o on o.id = :key
