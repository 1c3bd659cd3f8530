-- What the key or name means, and how that participant stands (version 0: no fact yet). Of its entries
-- the one alone that tells the cooperation level.
with found as (
	select resolve(:key) as resolved
), only_one as (
	select resolved, case when jsonb_array_length(resolved -> 'candidates') = 1
		then resolved #>> '{candidates,0,key}' end as key
	from found
)
select o.key as id, coalesce(p.version, 0) as version, y.name, y.kind, y.district,
	to_jsonb(y.members) as participants, p.contacted_on, p.advised_on, p.cooperation_level,
	p.preliminary_agreement_on, p.model_municipality_on, level.entries, o.resolved
from only_one o
left join party y on y.key = o.key
left join participant p on p.id = o.key
left join lateral (
	select jsonb_build_array(entry_of(e)) as entries
	from participant_entry e
	where e.participant = o.key and e.kind = 'ParticipantCooperationLevelChanged'
	order by e.valid_on desc, e.place desc
	limit 1) as level on true
