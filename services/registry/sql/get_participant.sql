-- One participant as it stands; a key that the territory knows but without a fact has version 0. Name
-- and district are those of the day; an ended one tells when, and who followed. Of its facts the latest 20.
select y.key as id, coalesce(p.version, 0) as version, coalesce(e.name, y.name) as name, y.kind,
	coalesce(e.district, y.district) as district, to_jsonb(y.members) as participants,
	p.contacted_on, p.advised_on, p.cooperation_level, p.preliminary_agreement_on,
	p.model_municipality_on, latest.entries, y.valid_from, y.valid_until, y.successor
from party y
left join participant p on p.id = y.key
left join lateral (
	select jsonb_agg(entry_of(e) order by e.place) as entries
	from (
		select *
		from participant_entry
		where participant = p.id
		order by place desc
		limit 20) as e) as latest on true
left join lateral entry_on(y.key, coalesce(:as_of::date, :today::date)) as e on true
where y.key = :key and meta.in_scope(y.members)
