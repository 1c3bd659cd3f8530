-- One agreement within the caller's scope: as it is, or as it stood on a day.
select id, version, status, signed_on, mode, to_jsonb(participants) as participants, accessions,
	signatories, witnesses, action_fields
from agreement
where id = :id::uuid and :as_of::date is null
union all
select id, version, status, signed_on, mode, to_jsonb(participants), accessions, signatories,
	witnesses, action_fields
from agreements_on(:as_of::date)
where id = :id::uuid
