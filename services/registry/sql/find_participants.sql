-- The parties that a key or name may mean; without a name those with a fact, within the scope.
select key, name, kind, district
from party
where case when :name::text is null
	then key in (select id from participant)
	else key = :name or names @> array[fold(:name)] end
order by key
limit 1000
