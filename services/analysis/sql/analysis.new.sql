-- What a new analysis stands on: the procedure that is meant, and the analysis of the cycle before
-- within the caller's scope.
select 0 as version,
	(select to_jsonb(p) from procedure p where p.id = coalesce(:procedure, 'full_2021')) as chosen,
	(select a.id from security_analysis a where a.id = :previous::uuid) as previous
