{# Returns the sums whose standard deviation is not the expected one. #}
with

cases (customers, total, squares, expected) as (

    values
    (4, 12, 52, 2),
    (1, 3, 9, 0),
    (3, 0.3, 0.0299999, 0),
    (0, null, null, 0)

),

results as (

    select
        *,
        {{ spread_of_sums('customers', 'total', 'squares') }} as actual

    from cases

)

select * from results

where not abs(actual - expected) < 0.000001
