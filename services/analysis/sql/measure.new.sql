-- A new measure of an analysis within the caller's scope: of all its municipalities, or of those
-- that the request names; and what the finding that it names recommends.
select 0 as version, a.id as analysis_id, a.municipalities, a.participants, f.id as finding_id,
	coalesce(f.recommendations, '[]') as offered
from (
	select a.id, coalesce(jsonb_agg(p order by place) filter (where p is not null), '[]')
		as municipalities,
		coalesce(jsonb_agg(p -> 'key' order by place) filter (where p is not null), '[]')
		as participants
	from security_analysis a
	left join lateral jsonb_array_elements(a.municipalities) with ordinality as m(p, place)
		on jsonb_array_length(:participants::jsonb) = 0 or :participants::jsonb @> (p -> 'key')
	where a.id = :analysis_id::uuid and a.status <> 'WITHDRAWN'
	group by a.id) as a
left join finding f
	on f.id = :finding_id::uuid and f.analysis_id = a.id and f.status = 'RECORDED'
