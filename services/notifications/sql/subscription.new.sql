-- A new subscription keeps the subscriber and its scope: nobody is told what they may not see.
select 0 as version, :actor as recipient, to_jsonb(string_to_array(:scope, ',')) as scopes
