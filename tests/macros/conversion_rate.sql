{# Returns the steps whose conversion_rate is not the expected one. #}
with

cases (later_count, earlier_count, expected) as (

    values
    (1, 4, 0.25),
    (2, 0, 1),
    (1, 0, 1),
    (0, 0, 0),
    (0, 4, 0),
    (4, 4, 1),
    (8, 4, 1)

),

results as (

    select
        *,
        {{ conversion_rate('later_count', 'earlier_count') }} as actual

    from cases

)

select * from results

where actual is distinct from expected
