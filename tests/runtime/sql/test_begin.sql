-- Never do this: it shows that a statement that opens a transaction cannot do harm.
begin
