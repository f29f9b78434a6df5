{# Returns the texts that is_flag reads otherwise than expected. #}
with

cases (given, expected) as (

    values
    ('1', true),
    (' 1.0 ', true),
    ('0', false),
    ('7', null),
    ('yes', null),
    (null, null)

),

results as (

    select
        *,
        {{ is_flag('given') }} as actual

    from cases

)

select * from results

where actual is distinct from expected
