-- What somebody may have meant, best first: participants by one of their names, agreements by all
-- words that were said, people by name, role and organisation. Whoever is far behind the best is left
-- out. Territory is public; all else is found within the scope. That a contact was shown is kept in the
-- same statement, as with GET /contacts.
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
), person_found as (
	-- those who may read contacts (GET /contacts), of contacts that are not erased
	select 'PERSON' as kind, c.id::text as id, c.name, null as district, null::date as signed_on,
		concat_ws(', ', c.role, coalesce(c.participant, c.organisation)) as detail,
		null as matched, 0.8 * words.average as score, c.participants
	from asked, contact c, lateral (
		select avg(fit) as average, min(fit) as worst
		from (select meta.word_similarity(word, c.search) as fit
			from unnest(string_to_array(asked.form, ' ')) as word) as fits
	) as words
	where c.erased_on is null and words.worst >= 0.5
		and string_to_array(:roles, ',')
			&& array['ministry', 'adviser', 'municipality', 'police', 'auditor', 'operator']
), found as (
	select kind, id, name, district, signed_on, detail, matched, score, null::text[] as participants
	from party_found
	union all
	select kind, id, name, district, signed_on, detail, matched, score, null
	from agreement_found
	union all
	select kind, id, name, district, signed_on, detail, matched, score, participants
	from person_found
), ranked as (
	select *, max(score) over () as best
	from found
	where :kinds::jsonb in ('[]', 'null') or :kinds::jsonb @> to_jsonb(kind)
), shown as (
	select *, row_number() over (order by score desc, signed_on desc nulls first,
		array_position(array['MUNICIPALITY', 'UNION', 'DISTRICT', 'CONSORTIUM'], kind), id) as place
	from ranked
	where score >= 0.6 * best
	order by place
	limit coalesce(nullif(:limit::int, 0), 20)
), noted as (
	insert into contact_read (contact_id, reader, participants)
	select id::uuid, :actor, participants
	from shown
	where kind = 'PERSON'
)
select kind, id, name, district, signed_on, detail, matched
from shown
order by place
