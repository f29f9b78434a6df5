{# Returns the points whose distances to the others are not the expected ones. #}
with

cases (point, others, expected) as (

    values
    ([0.0, 0.0], [[3.0, 4.0], [0.0, 1.0]], [5.0, 1.0]),
    ([2.0, 0.0], [[2.0, 0.0]], [0.0]),
    ([2.0, 0.0], [], []),
    ([], [[]], [0.0])

),

results as (

    select
        *,
        {{ distances_to('point', 'others') }} as actual

    from cases

)

select * from results

where actual is distinct from expected
