-- Whether a fact is folded.
select seq from fact where fact_id = :after_fact::uuid
