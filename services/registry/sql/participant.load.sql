-- What the key or name means, and how that participant stands (version 0: no fact yet). Of its entries
-- the one alone that tells the cooperation level.
select a.id, a.version, a.name, a.kind, a.district, a.participants, a.contacted_on, a.advised_on,
	a.cooperation_level, a.preliminary_agreement_on, a.model_municipality_on, level.entries,
	a.resolved
from participant_asked(:key) a
left join lateral (
	select jsonb_build_array(entry_of(e)) as entries
	from participant_entry e
	where e.participant = a.id and e.kind = 'ParticipantCooperationLevelChanged'
	order by e.valid_on desc, e.place desc
	limit 1) as level on true
