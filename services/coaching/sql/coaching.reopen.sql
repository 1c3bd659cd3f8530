-- A new coaching process for those of a closed one: who takes part and what it is about.
select 0 as version, p.participant, to_jsonb(p.participants) as participants, p.partners, p.topics,
	(select s.after from coaching_step s
		where s.coaching_id = p.id and s.number = p.steps and s.withdrawn_at is null) as before
from coaching_process p
where p.id = :id::uuid
