-- What lists there are.
select id, version, title_de, title_en, status_date, jsonb_array_length(codes) as count
from code_list
order by id
