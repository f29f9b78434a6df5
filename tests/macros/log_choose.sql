{# Returns the choices whose logarithm is not the expected one. #}
with

cases (everything, chosen, expected) as (

    values
    (5, 2, ln(10)),
    (5, 0, 0),
    (5, 5, 0),
    (0, 0, 0)

),

results as (

    select
        *,
        {{ log_choose('everything', 'chosen') }} as actual

    from cases

)

select * from results

where not abs(actual - expected) < 0.000001
