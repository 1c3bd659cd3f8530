-- Contacts that are past their last day, the oldest first; and what was kept of readers for twelve
-- months goes. In the scope of everything: the clock's, nobody's request.
with forgotten as (
	delete from contact_read where read_at < now() - interval '12 months'
)
select id
from contact
where retain_until < (now() at time zone 'Europe/Berlin')::date and erased_on is null
order by retain_until, id
limit 100
