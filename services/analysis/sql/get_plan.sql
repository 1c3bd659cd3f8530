-- What the plan of an analysis is told from, as of a day.
select coalesce(:as_of::date, :today::date) as as_of, to_jsonb(a) as analysis
from security_analysis a
where a.id = :id::uuid and a.kicked_off_on <= coalesce(:as_of::date, :today::date)
