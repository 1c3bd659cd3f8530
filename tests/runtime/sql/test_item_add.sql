-- Adds an item; row-level security refuses a key outside the scope.
insert into item (key, label) values (:key, :label) returning id
