-- What somebody may have meant, best first: participants by one of their names, agreements by all
-- words that were said. Whoever is far behind the best is left out. Territory is public; consortia
-- and agreements are found within the scope.
with asked as (
	-- days as people write them: 9.8.2023 is 2023-08-09
	select meta.search_form(regexp_replace(regexp_replace(:q, '\m(\d)\.', '0\1.', 'g'),
		'\m(\d\d)\.(\d\d)\.(\d{4})\M', '\3-\2-\1', 'g')) as form
), party_found as (
	select p.kind, p.key as id, p.name, p.district, null::date as signed_on, null as detail,
		case when best.form <> meta.search_form(p.name)
			then initcap(best.said collate "und-x-icu") end as matched,
		best.score
	from asked, search_parties(asked.form) as p, lateral (
		select said, named.form, case
			when named.form = asked.form then 1
			when starts_with(named.form, asked.form) then 0.9
			else 0.7 * meta.word_similarity(asked.form, named.form)
				+ 0.1 * meta.similarity(asked.form, named.form) end as score
		from (select said, meta.search_form(said) as form from unnest(p.names) as said) as named
		order by score desc, named.form = meta.search_form(p.name) desc, said
		limit 1
	) as best
	where p.kind <> 'CONSORTIUM' or meta.in_scope(p.members)
), agreement_found as (
	select 'AGREEMENT' as kind, a.id::text as id,
		(select string_agg(x ->> 'name', ', ' order by place)
			from jsonb_array_elements(a.accessions) with ordinality as e(x, place)) as name,
		a.accessions #>> '{0,district}' as district, a.signed_on, a.status as detail,
		null as matched, 0.7 * words.average as score
	from asked, agreement a, lateral (
		select avg(fit) as average, min(fit) as worst
		from (select meta.word_similarity(word, a.search) as fit
			from unnest(string_to_array(asked.form, ' ')) as word) as fits
	) as words
	where a.status <> 'WITHDRAWN' and words.worst >= 0.5
), found as (
	select * from party_found
	union all
	select * from agreement_found
), ranked as (
	select *, max(score) over () as best
	from found
	where :kinds::jsonb in ('[]', 'null') or :kinds::jsonb @> to_jsonb(kind)
)
select kind, id, name, district, signed_on, detail, matched
from ranked
where score >= 0.6 * best
order by score desc, signed_on desc nulls first,
	array_position(array['MUNICIPALITY', 'UNION', 'DISTRICT', 'CONSORTIUM'], kind), id
limit coalesce(nullif(:limit::int, 0), 20)
