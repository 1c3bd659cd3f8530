-- Coachings as of a day, in the order of their requests; those in the caller's scope. The cursor is
-- the last one's day and id.
with page as (
	select p.*, row_number() over place as number, lead(p.id) over place as following
	from coachings_on(:as_of::date) p
	where (case when :status::text is null then p.status <> 'WITHDRAWN'
			else p.status = :status end)
		and (not :open::boolean or p.status not in ('CLOSED', 'WITHDRAWN'))
		and (:participant::text is null or p.participants @> array[:participant])
		and (:district::text is null
			or exists (select from unnest(p.participants) k where starts_with(k, :district)))
		and (:coach::text is null or p.coach = :coach)
		and (:cursor::text is null or (p.requested_on, p.id)
			> (split_part(:cursor, '_', 1)::date, split_part(:cursor, '_', 2)::uuid))
	window place as (order by p.requested_on, p.id)
	order by p.requested_on, p.id
	limit coalesce(nullif(:limit::int, 0), 100)
)
select coalesce(jsonb_agg(
		to_jsonb(page) - array['number', 'following'] || jsonb_build_object(
			'as_of', coalesce(:as_of, :today), 'entries', coaching_entries(id, :as_of::date),
			'reopened_as', (select n.id from coaching_process n
				where n.reopens = page.id and n.status <> 'WITHDRAWN'))
		order by number), '[]') as items,
	max(case when number = coalesce(nullif(:limit::int, 0), 100) and following is not null
		then requested_on || '_' || id end) as next
from page
