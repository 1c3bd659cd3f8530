-- One council within the caller's scope: as it is, or as it stood on a day.
select id, version, status, participant, to_jsonb(participants) as participants, constituted_on,
	entries
from council
where id = :id::uuid and :as_of::date is null
union all
select id, version, status, participant, to_jsonb(participants), constituted_on, entries
from councils_on(:as_of::date)
where id = :id::uuid
