-- The same for taking back a fact. Of the entries this one, and of the others those that tell how the
-- participant stands then: the earliest of each kind and the level that is valid last.
select a.id, a.version, a.name, a.kind, a.district, a.participants, a.contacted_on, a.advised_on,
	a.cooperation_level, a.preliminary_agreement_on, a.model_municipality_on, told.entries,
	a.resolved
from participant_asked(:key) a
left join lateral (
	select jsonb_agg(entry_of(e) order by e.place) as entries
	from participant_entry e
	where e.participant = a.id and (e.fact_id = :fact_id::uuid or e.place in (
		(select distinct on (kind) place
		from participant_entry
		where participant = a.id and fact_id <> :fact_id::uuid
		order by kind, valid_on, place)
		union all
		(select place
		from participant_entry
		where participant = a.id and fact_id <> :fact_id::uuid
			and kind = 'ParticipantCooperationLevelChanged'
		order by valid_on desc, place desc
		limit 1)))) as told on true
