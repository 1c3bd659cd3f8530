-- What the scope lets through, with the scope itself.
select key, current_setting('asskomm.scope', true) as scope,
	current_setting('asskomm.actor', true) as actor,
	current_setting('statement_timeout') as timeout
from item
order by id desc
limit 20
