-- The boundaries of a level as one text of GeoJSON: of each Land the set of the latest status date by
-- the day that is asked for, or the first there is, since an older map is better than none.
with dated as (
	select b.*, row_number() over (partition by land order by
		b.status_date <= coalesce(:as_of::date, 'infinity') desc,
		case when b.status_date <= coalesce(:as_of::date, 'infinity')
			then -(b.status_date - date '1900-01-01') else b.status_date - date '1900-01-01' end)
		as place
	from boundaries b
	where level = :level
), feature as (
	select s ->> 'key' as key, p.name, p.district, s ->> 'geometry' as geometry,
		array(select unit::numeric / 100000 from jsonb_array_elements_text(s -> 'bounds') as unit)
			as bounds
	from dated d, jsonb_array_elements(d.shapes) as s
	join places_of(:level) p on p.key = s ->> 'key'
	where d.place = 1 and (:district::text is null or p.district = :district)
), source as (
	select string_agg(distinct credit, '; ') as credit, min(credit_url) as credit_url,
		min(status_date) as status_date, max(tolerance_m) as tolerance_m
	from dated where place = 1
)
select '{"type":"FeatureCollection","name":' || to_json(:level::text)
	|| ',"statusDate":' || to_json(source.status_date)
	|| ',"credit":' || to_json(source.credit)
	|| coalesce(',"creditUrl":' || to_json(source.credit_url), '')
	|| ',"toleranceM":' || source.tolerance_m
	|| ',"bbox":' || (select to_json(array[min(bounds[1]), min(bounds[2]), max(bounds[3]),
		max(bounds[4])]) from feature)
	|| ',"features":[' || (select string_agg('{"type":"Feature","id":' || to_json(key)
		|| ',"bbox":' || to_json(bounds)
		|| ',"properties":{"key":' || to_json(key) || ',"name":' || to_json(name)
		|| ',"district":' || to_json(district) || '},"geometry":' || geometry || '}', ','
		order by key) from feature)
	|| ']}' as geojson
from source
where exists (select from feature)
