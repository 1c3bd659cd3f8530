-- What stalls: a message for each recipient with a subscription that fits and is not younger, and a
-- mail for each address; once per episode and recipient, however often it is looked for.
with notice as (
	select md5(n ->> 'episode')::uuid as id,
		array(select jsonb_array_elements_text(n -> 'participants')) as participants,
		n ->> 'subject' as subject, n ->> 'text' as text, (n ->> 'validOn')::date as valid_on
	from jsonb_array_elements(:notices::jsonb) as n
), fitting as (
	select n.id, n.subject, n.text, n.valid_on, s.recipient, s.email
	from notice n, subscription s
	where is_wanted(s, 'CoachingStalled', n.participants) and s.subscribed_on <= n.valid_on
), told as (
	insert into inbox (recipient, fact_id, seq, kind, subject, text, valid_on)
	select distinct on (recipient, id) recipient, id, 0, 'CoachingStalled', subject, text, valid_on
	from fitting
	order by recipient, id
	on conflict on constraint inbox_once do nothing
), queued as (
	insert into delivery (fact_id, email, subject, text)
	select distinct on (id, email) id, email, subject, text
	from fitting
	where email is not null
	order by id, email
	on conflict on constraint delivery_once do nothing
)
select count(*) as told from fitting
