-- The survey of a municipality of an analysis within the caller's scope; version 0 before the first.
select concat_ws('-', a.id, :participant::text) as id, coalesce(s.version, 0) as version,
	a.id as analysis_id, coalesce(s.municipality, m.party) as municipality,
	jsonb_build_array(:participant::text) as participants, s.surveyed_on,
	coalesce(s.sample, 0) as sample, coalesce(s.returns, 0) as returns,
	coalesce(s.indicators, '[]') as indicators, s.file_name, s.sha256,
	coalesce(s.rows, 0) as rows, s.told_by
from security_analysis a
left join lateral (
	select p as party
	from jsonb_array_elements(a.municipalities) as p
	where p ->> 'key' = :participant) as m on true
left join survey s on s.id = concat_ws('-', a.id, :participant::text)
where a.id = :analysis_id::uuid and a.status <> 'WITHDRAWN'
