-- The parties that a key or name may mean; without a name those with a fact, within the scope. A
-- consortium is no territory: it is found by those who may see one of its members.
select key, name, kind, district,
	case row_number() over (order by key) when page.size then key end as next
from party, (select coalesce(nullif(:limit::int, 0), 1000) as size) as page
where case when :name::text is null
	then key in (select id from participant)
	else key = :name or names @> array[fold(:name)] end
	and (kind <> 'CONSORTIUM' or meta.in_scope(members))
	and (:cursor::text is null or key > :cursor)
order by key
limit coalesce(nullif(:limit::int, 0), 1000)
