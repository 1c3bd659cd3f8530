-- Agreements as of a day, in the order of signing; those in the caller's scope. The cursor is the
-- last one's day and id.
select id, version, status, signed_on, mode, to_jsonb(participants) as participants, accessions,
	signatories, witnesses, action_fields,
	case when row_number() over place = page.size and lead(id) over place is not null
		then signed_on || '_' || id end as next
from agreements_on(coalesce(:as_of::date, :today::date)),
	(select coalesce(nullif(:limit::int, 0), 100) as size) as page
where (:status::text is null or status = :status)
	and (:participant::text is null or participants @> array[:participant])
	and (:district::text is null
		or accessions @> jsonb_build_array(jsonb_build_object('district', :district)))
	and (:cursor::text is null
		or (signed_on, id) > (split_part(:cursor, '_', 1)::date, split_part(:cursor, '_', 2)::uuid))
window place as (order by signed_on, id)
order by signed_on, id
limit coalesce(nullif(:limit::int, 0), 100)
