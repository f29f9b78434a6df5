{# Returns the lists that are not turned over as expected. #}
with

cases (lists, expected) as (

    values
    ([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], [[1.0, 3.0, 5.0], [2.0, 4.0, 6.0]]),
    ([[7.0]], [[7.0]]),
    ([[], []], []),
    (null, null)

),

results as (

    select
        *,
        {{ transposed('lists') }} as actual

    from cases

)

select * from results

where actual is distinct from expected
