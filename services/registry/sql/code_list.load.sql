-- A list as it stands; one that is new has version 0.
select :list::text as id, coalesce(l.version, 0) as version, l.title_de, l.title_en, l.status_date,
	l.codes
from (values (1)) as always(one)
left join code_list l on l.id = :list
