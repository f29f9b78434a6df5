{# Returns the numbers that exact_number reads otherwise than expected. #}
with

cases (given, expected) as (

    values
    ('53.2999992370605', 53.299999),
    (' 7 ', 7.000000),
    ('-0.5', -0.500000),
    ('1e3', 1000.000000),
    ('1,5', null),
    ('inf', null),
    ('nan', null),
    ('1234567890123', null),
    ('', null),
    (null, null)

),

results as (

    select
        *,
        {{ exact_number('given') }} as actual

    from cases

)

select * from results

where actual is distinct from expected
