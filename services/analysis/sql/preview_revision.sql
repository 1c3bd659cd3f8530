-- An analysis together with the procedure that it goes by.
select :today::date as as_of, to_jsonb(a) || jsonb_build_object('chosen', to_jsonb(p)) as analysis
from security_analysis a
left join procedure p on p.id = a.procedure
where a.id = :id::uuid
