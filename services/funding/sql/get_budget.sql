-- The budget of a year that was decided.
select id, version, year, amount_cents, decided_on, decisions
from budget
where year = :year::int and decided_on is not null
