{# Returns the amounts that money reads otherwise than expected. #}
with

cases (given, expected) as (

    values
    ('35.79', 35.79),
    ('0', 0),
    ('-5', -5),
    (' 7.5 ', 7.5),
    ('666666.0', 666666),
    ('0.005', 0.01),
    ('999999999999.99', 999999999999.99),
    ('1000000000000', null),
    ('free', null),
    ('NaN', null),
    ('inf', null),
    ('1,5', null),
    ('', null),
    (null, null)

),

results as (

    select
        *,
        {{ money('given') }} as actual

    from cases

)

select * from results

where actual is distinct from expected

union all

select
    'its type' as given,
    null as expected,
    null as actual

where typeof({{ money("'35.79'") }}) != 'DECIMAL(14,2)'
