-- A new finding of an analysis within the caller's scope: of all its municipalities, or of those
-- that the request names.
select 0 as version, a.id as analysis_id,
	coalesce(jsonb_agg(p order by place) filter (where p is not null), '[]')
		as municipalities,
	coalesce(jsonb_agg(p -> 'key' order by place) filter (where p is not null), '[]')
		as participants
from security_analysis a
left join lateral jsonb_array_elements(a.municipalities) with ordinality as m(p, place)
	on jsonb_array_length(:participants::jsonb) = 0 or :participants::jsonb @> (p -> 'key')
where a.id = :analysis_id::uuid and a.status <> 'WITHDRAWN'
group by a.id
