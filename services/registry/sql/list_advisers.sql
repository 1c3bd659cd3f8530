-- Who advises on a day: by district, the responsible one first. The cursor is what it is sorted by.
with on_day as (
	select d.id as district, a ->> 'adviser' as adviser,
		coalesce((a ->> 'deputy')::boolean, false) as deputy, (a ->> 'validFrom')::date as valid_from,
		nullif(a ->> 'validUntil', '')::date as valid_until
	from district_advisers d, jsonb_array_elements(d.assignments) as a
), numbered as (
	select district, adviser, deputy, valid_from, valid_until,
		concat_ws(' ', district, deputy::int, valid_from, adviser) collate "C" as place
	from on_day
	where valid_from <= coalesce(:as_of::date, :today::date)
		and coalesce(valid_until >= coalesce(:as_of::date, :today::date), true)
		and (:district::text is null or district = :district)
		and (:adviser::text is null or adviser = :adviser)
)
select district, adviser, deputy, valid_from, valid_until,
	case when row_number() over places = page.size and lead(place) over places is not null
		then place end as next
from numbered, (select coalesce(nullif(:limit::int, 0), 100) as size) as page
where :cursor::text is null or place > :cursor
window places as (order by place)
order by place
limit coalesce(nullif(:limit::int, 0), 100)
