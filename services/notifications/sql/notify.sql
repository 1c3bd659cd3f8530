-- One fact: a message for each recipient with a subscription that fits, and a mail for each address;
-- once per fact and recipient, whatever crashes.
-- include common/runtime/sql/advance.sql
, handled as (
	insert into fact (fact_id) select :fact_id::uuid from advanced
), notice as (
	select array(select jsonb_array_elements_text(:participants::jsonb)) as participants,
		:kind as kind
	from advanced
), fitting as (
	select s.recipient, s.email
	from subscription s, notice n
	where is_wanted(s, n.kind, n.participants)
), told as (
	insert into inbox (recipient, fact_id, seq, kind, subject, text, valid_on)
	select distinct recipient, :fact_id::uuid, :seq::bigint, :kind, :subject, :text,
		:valid_on::date
	from fitting
	on conflict on constraint inbox_once do nothing
), queued as (
	insert into delivery (fact_id, email, subject, text)
	select distinct :fact_id::uuid, email, :subject, :text
	from fitting
	where email is not null
	on conflict on constraint delivery_once do nothing
)
select seq from advanced
