-- Never do this: it shows what happens when a table changes under a prepared statement.
select * from wide
