select :value::text as value, :value::text is null as is_null
