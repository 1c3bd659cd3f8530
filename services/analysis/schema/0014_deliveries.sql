-- Deliveries as they stood on a day: what had come by then, and what had been looked at. They lie in
-- their analysis, whose row-level security shows it to each of its municipalities; so the scope is
-- asked once more, for the one that owes.
create function deliveries_on(day date)
returns table (analysis_id uuid, municipality jsonb, participant text, kind text, step text,
	status text, expected_on date, first_due_on date, due_on date, rounds jsonb, rejections int,
	days_overdue int, days_late int, responsible text)
language sql stable
as $$
	select a.id, d -> 'municipality', d -> 'municipality' ->> 'key', d ->> 'kind', d ->> 'step',
		then_.status, (d ->> 'expectedOn')::date, coalesce(planned.first_due_on, own.due_on),
		coalesce(planned.due_on, own.due_on), then_.rounds, then_.rejections,
		case when then_.status = 'EXPECTED' and needed.still
			then greatest(day - coalesce(planned.due_on, own.due_on), 0) else 0 end,
		case when then_.status <> 'EXPECTED' or needed.still
			then greatest(case when then_.status = 'EXPECTED' then day else then_.received_on end
				- coalesce(planned.first_due_on, own.due_on), 0) else 0 end,
		case
			when then_.status = 'EXPECTED' and needed.still
				then coalesce(planned.responsible, 'municipality')
			when then_.status = 'RECEIVED' then 'analyst' end
	from security_analysis a
	cross join lateral jsonb_array_elements(a.deliveries) as d
	cross join lateral (select nullif(d ->> 'dueOn', '')::date as due_on) as own
	left join lateral (
		select (s ->> 'firstDueOn')::date as first_due_on, (s ->> 'dueOn')::date as due_on,
			s ->> 'responsible' as responsible, nullif(s ->> 'doneOn', '')::date as done_on
		from jsonb_array_elements(a.plan) as s
		where s ->> 'code' = d ->> 'step') as planned on true
	cross join lateral (
		select coalesce(jsonb_agg(seen.round order by place), '[]') as rounds,
			case
				when count(*) = 0 then 'EXPECTED'
				when (array_agg(nullif(seen.round ->> 'checkedOn', '') order by place desc))[1] is null
					then 'RECEIVED'
				when (array_agg(seen.round ->> 'fault' order by place desc))[1] <> 'UNSPECIFIED'
					then 'EXPECTED'
				else 'CHECKED' end as status,
			max((seen.round ->> 'receivedOn')::date) as received_on,
			count(*) filter (where seen.round ->> 'fault' <> 'UNSPECIFIED')::int as rejections
		from jsonb_array_elements(d -> 'rounds') with ordinality as l(r, place)
		cross join lateral (
			select case when nullif(r ->> 'checkedOn', '')::date > day
				then r || '{"checkedOn": "", "fault": "UNSPECIFIED", "remark": ""}'
				else r end as round) as seen
		where (r ->> 'receivedOn')::date <= day) as then_
	cross join lateral (
		-- nobody waits for what a step was done without, or an analysis that has ended or was
		-- presented
		select not exists (
				select
				from jsonb_array_elements(a.entries) as e
				where e ->> 'kind' in ('AnalysisCancelled', 'AnalysisPresented')
					and (e ->> 'on')::date <= day)
			and (planned.done_on is null or planned.done_on > day) as still) as needed
	where a.status <> 'WITHDRAWN' and (d ->> 'expectedOn')::date <= day
		and meta.in_scope(array[d -> 'municipality' ->> 'key'])
$$;
