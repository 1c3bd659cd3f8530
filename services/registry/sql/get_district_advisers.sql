-- All who advise one district.
select id, version, to_jsonb(participants) as participants, assignments
from district_advisers
where id = :key
