-- The budget of a year; version 0 before the first decision.
select y.year::text as id, coalesce(b.version, 0) as version, y.year, b.amount_cents, b.decided_on, b.decisions
from (select :year::int as year) as y
left join budget b using (year)
