-- How many visible items each key has.
select key, count(*) as n from item group by key order by key
