{# Returns the parts whose share of the whole is not the expected one. #}
with

cases (part, whole, expected) as (

    values
    (1, 4, 0.25),
    (0, 0, 0),
    (0, 4, 0),
    (4, 4, 1),
    (null, 4, 0)

),

results as (

    select
        *,
        {{ share('part', 'whole') }} as actual

    from cases

)

select * from results

where actual is distinct from expected
