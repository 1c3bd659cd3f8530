-- The open cases of a day, those that are longest in their stage first; those in the caller's scope.
-- The cursor is the last one's day and unit.
with asked as (
	select coalesce(:as_of::date, :today::date) as as_of, known_seq(:known_at) as known,
		coalesce(nullif(:limit::int, 0), 100) as size
	where must_know_stage(:track, :stage)
), area as materialized (
	select districts_asked(:district, :police_directorate, :adviser, a.as_of, a.known) as districts
	from asked a
), aged as materialized (
	select g.* from asked a cross join lateral ageing_on(:track, a.as_of, a.known) as g
), shown as ( -- and one more
	select c.*, coalesce(g.ageing, false) as ageing, g.after_days, row_number() over page as turn
	from asked a
	cross join area d
	cross join lateral cases_on(a.as_of, a.known,
		array(select distinct track from stage where :track::text is null or track = :track)) as c
	join fact f on f.seq = c.seq
	left join aged g on (g.track, g.stage, g.unit) = (c.track, c.stage, c.unit)
	where meta.in_scope(f.participants)
		and (d.districts is null or c.district = any (d.districts))
		and (:stage::text is null or c.stage = :stage)
		and (not :stalled::boolean or c.stalled)
		and (not :overdue::boolean or c.overdue)
		and (not :ageing::boolean or g.ageing)
		and (:cursor::text is null or (c.entered_on, c.unit)
			> (split_part(:cursor, '_', 1)::date, split_part(:cursor, '_', 2)))
	window page as (order by c.entered_on, c.unit)
	order by c.entered_on, c.unit
	limit (select size + 1 from asked)
)
select c.unit, c.track, c.stage, c.participant, coalesce(p.name, '') as name, c.district,
	c.opened_on, c.entered_on, a.as_of - c.entered_on as age_days,
	c.last_activity_on, c.stalled, c.overdue, c.reasons, c.next_due_on, c.next_step,
	c.ageing, c.after_days as ageing_after_days,
	case when c.turn = a.size and exists (select from shown o where o.turn > a.size)
		then c.entered_on || '_' || c.unit end as next
from asked a
join shown c on c.turn <= a.size
left join party_on(c.participant, a.as_of, a.known) p on true
order by c.turn
