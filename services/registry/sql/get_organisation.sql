-- One organisation as it is.
select id, version, name, kind, parent, to_jsonb(areas) as areas, seat, valid_from, valid_until
from known_organisations()
where id = :key
