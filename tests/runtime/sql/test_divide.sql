select :above::int / :below::int as quotient
