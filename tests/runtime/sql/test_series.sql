-- A large answer.
select n, repeat('x', 1000) as text from generate_series(1, :count::int) as n
