-- The budget of a year that was decided.
select id, version, year, amount_cents, decided_on
from budget
where year = :year::int
