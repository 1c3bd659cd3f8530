-- One analysis within the caller's scope, with the procedure that it goes by.
select a.id, a.version, a.status, a.municipalities, to_jsonb(a.participants) as participants,
	a.kicked_off_on, a.presented_on, a.entries, a.procedure, a.revision, a.modules, a.plan,
	a.previous, a.deliveries, to_jsonb(p) as chosen
from security_analysis a
left join procedure p on p.id = a.procedure
where a.id = :id::uuid
