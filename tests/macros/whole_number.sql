{# Returns the texts that whole_number reads otherwise than expected. #}
with

cases (given, expected) as (

    values
    ('12', 12),
    ('12.5', null),
    ('12.0', 12),
    (' 12 ', 12),
    ('-3', -3),
    ('007', 7),
    ('0', 0),
    ('12 years', null),
    ('99999999999', null),
    ('', null),
    (null, null)

),

results as (

    select
        *,
        {{ whole_number('given') }} as actual

    from cases

)

select * from results

where actual is distinct from expected
