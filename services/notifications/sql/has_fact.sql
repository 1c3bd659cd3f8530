-- Whether a fact was handled.
select fact_id from fact where fact_id = :after_fact::uuid
