-- Organisations that are valid on a day, by code.
select id, version, name, kind, parent, to_jsonb(areas) as areas, seat, valid_from, valid_until,
	case when row_number() over place = page.size and lead(id) over place is not null
		then id end as next
from known_organisations(),
	(select coalesce(nullif(:limit::int, 0), 100) as size,
		coalesce(:as_of::date, :today::date) as day) as page
where coalesce(valid_from <= page.day, true)
	and coalesce(valid_until >= page.day, true)
	and (:kind::text is null or kind = :kind)
	and (:parent::text is null or parent = :parent)
	-- a district's key is the beginning of its municipalities'
	and (:area::text is null or exists (select from unnest(areas) as a
		where a = :area or (length(a) = 5 and starts_with(:area, a))))
	and (:cursor::text is null or id > :cursor)
window place as (order by id)
order by id
limit coalesce(nullif(:limit::int, 0), 100)
