-- The territory as it stands; before the first import an empty one of version 0.
select '14' as id, coalesce(t.version, 0) as version, t.status_date, t.credit, t.districts,
	t.municipalities, t.associations, t.police_directorates
from (values (1)) as always(one)
left join territory t on t.id = '14'
