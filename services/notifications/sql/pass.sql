-- A fact that nobody needs to hear of: handled all the same, so that afterFact finds it.
-- include common/runtime/sql/advance.sql
, handled as (
	insert into fact (fact_id) select :fact_id::uuid from advanced
)
select seq from advanced
