{# Returns the numbers that log_scale maps otherwise than expected. #}
with

cases (given, expected) as (

    values
    (0, 0),
    (99, 4.605),
    (-5, 0),
    (null, null)

),

results as (

    select
        *,
        round({{ log_scale('given') }}, 3) as actual

    from cases

)

select * from results

where actual is distinct from expected
