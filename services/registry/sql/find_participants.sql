-- The parties that a key or name may mean; without a name those with a fact, within the scope. A
-- consortium is no territory: it is found by those who may see one of its members. With a day only
-- those that are valid on it, as they were called then; without one also those that have ended.
select y.key, coalesce(e.name, y.name) as name, y.kind, coalesce(e.district, y.district) as district,
	y.valid_from, y.valid_until, y.successor,
	(select s.name from party s where s.key = y.successor) as successor_name,
	case row_number() over (order by y.key) when page.size then y.key end as next
from party y
left join lateral entry_on(y.key, coalesce(:as_of::date, :today::date)) as e on true,
	(select coalesce(nullif(:limit::int, 0), 1000) as size) as page
where case when :name::text is null
	then y.key in (select id from participant)
	else y.key = :name or y.names @> array[fold(:name)] end
	and (y.kind <> 'CONSORTIUM' or meta.in_scope(y.members))
	and (:as_of::date is null or is_valid_on(y.valid_from, y.valid_until, :as_of::date))
	and (:cursor::text is null or y.key > :cursor)
order by y.key
limit coalesce(nullif(:limit::int, 0), 1000)
