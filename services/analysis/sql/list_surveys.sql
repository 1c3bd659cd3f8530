-- The surveys of an analysis by municipality, those in the caller's scope.
select id, version, analysis_id, municipality, to_jsonb(participants) as participants, surveyed_on,
	sample, returns, indicators, file_name, sha256, rows, told_by,
	(2000 * returns::bigint + sample) / (2 * sample::bigint) as response_permille
from survey
where analysis_id = :analysis_id::uuid
order by id
limit 100
