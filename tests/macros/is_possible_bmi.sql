{# Returns the body mass indexes that is_possible_bmi judges otherwise than expected. #}
with

cases (bmi, expected) as (

    values
    (46.17, true),
    (7.0, true),
    (210.0, true),
    (6.99, false),
    (0.0, false),
    (-22.0, false),
    (2265.0, false),
    (null, null)

),

results as (

    select
        *,
        {{ is_possible_bmi('bmi') }} as actual

    from cases

)

select * from results

where actual is distinct from expected
