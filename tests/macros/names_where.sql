{# Returns the rows for which names_where gives other names than expected. #}
with

cases (income, city, expected) as (

    values
    (1, 'Bern', []),
    (null, 'Bern', ['income']),
    (null, null, ['income', 'city''s']),
    (1, null, ['city''s'])

),

results as (

    select
        *,
        {{ names_where({'income': 'income is null', "city's": 'city is null'}) }} as actual,
        {{ names_where({}) }} as of_none,
        {{ names_where({'income': 'income > 0'}) }} as of_unknown

    from cases

)

select * from results

where
    actual is distinct from expected
    or of_none is distinct from []
    or of_unknown is distinct from case when income > 0 then ['income'] else [] end
