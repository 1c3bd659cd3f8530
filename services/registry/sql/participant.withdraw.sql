-- The same for taking back a fact. Of the entries this one, and of the others those that tell how the
-- participant stands then: the earliest of each kind and the level that is valid last.
with found as (
	select resolve(:key) as resolved
), only_one as (
	select resolved, case when jsonb_array_length(resolved -> 'candidates') = 1
		then resolved #>> '{candidates,0,key}' end as key
	from found
)
select o.key as id, coalesce(p.version, 0) as version, y.name, y.kind, y.district,
	to_jsonb(y.members) as participants, p.contacted_on, p.advised_on, p.cooperation_level,
	p.preliminary_agreement_on, p.model_municipality_on, told.entries, o.resolved
from only_one o
left join party y on y.key = o.key
left join participant p on p.id = o.key
left join lateral (
	select jsonb_agg(entry_of(e) order by e.place) as entries
	from participant_entry e
	where e.participant = o.key and (e.fact_id = :fact_id::uuid or e.place in (
		(select distinct on (kind) place
		from participant_entry
		where participant = o.key and fact_id <> :fact_id::uuid
		order by kind, valid_on, place)
		union all
		(select place
		from participant_entry
		where participant = o.key and fact_id <> :fact_id::uuid
			and kind = 'ParticipantCooperationLevelChanged'
		order by valid_on desc, place desc
		limit 1)))) as told on true
