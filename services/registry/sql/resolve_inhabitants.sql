-- What a key means within the caller's scope, and the inhabitants that the registers tell of it.
select resolve(:key) as resolved,
	(select coalesce(jsonb_agg(jsonb_build_object('populationOn', r.population_on,
			'population', e.body -> 'population') order by r.population_on), '[]')
		from register_entry e
		join register r using (land, status_date)
		where e.key = :key and e.form = 'MUNICIPALITY'
			and coalesce((e.body ->> 'population')::int, 0) > 0) as counts
