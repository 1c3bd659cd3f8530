-- Visible labels in the order in which the server added them.
select label from item order by id
