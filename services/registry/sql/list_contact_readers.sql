-- Who read a contact, the latest first; also of one that was erased since.
select reader, to_char(read_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as read_at,
	case when row_number() over place = page.size and lead(id) over place is not null
		then id end as next
from contact_read, (select coalesce(nullif(:limit::int, 0), 100) as size) as page
where contact_id = :id::uuid and (:cursor::bigint = 0 or id < :cursor::bigint)
window place as (order by id desc)
order by id desc
limit coalesce(nullif(:limit::int, 0), 100)
