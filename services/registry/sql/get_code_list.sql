-- One list; as of a day the codes that are in use then.
select id, version, title_de, title_en, status_date,
	(select coalesce(jsonb_agg(code order by place), '[]')
		from jsonb_array_elements(codes) with ordinality as c(code, place)
		where :as_of::date is null or is_in_use(code, :as_of::date)) as codes
from code_list
where id = :list
