{# Returns the differences whose rate is not the expected one; for a share of customers it is the
   divergence of the two shares. #}
with

cases (difference, spread, below, above, expected) as (

    values
    (0.5, 1, 2, 3, 0.09233152),
    (0, 1, 2, 3, 0),
    (0.3, 0.4, 0.2, 0.8, 0.5 * ln(0.5 / 0.2) + 0.5 * ln(0.5 / 0.8)),
    (0.8, 0.4, 0.2, 0.8, ln(1 / 0.2)),
    (-0.2, 0.4, 0.2, 0.8, ln(1 / 0.8))

),

results as (

    select
        *,
        {{ hoeffding_rate('difference', 'spread', 'below', 'above') }} as actual

    from cases

)

select * from results

where not abs(actual - expected) < 0.0000001
