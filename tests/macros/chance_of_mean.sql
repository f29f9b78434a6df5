{# Returns the cases whose chance is not the expected one. #}
with

cases (difference, drawn, everyone, spread, below, above, expected) as (

    values
    (0.5, 100, 1000, 1, 2, 3, 0.00019549),
    -- Downwards the reach on the other side counts.
    (-0.5, 100, 1000, 1, 3, 2, 0.00019549),
    -- The few who are left say more than the many who were drawn: -0.5 for 100 is 0.0556 for 900.
    (0.05555555555555555, 900, 1000, 1, 3, 2, 0.00019549),
    (0.01, 100, 1000, 1, 2, 3, 1),
    (0, 100, 1000, 1, 2, 3, 1),
    (0, 1000, 1000, 1, 2, 3, 1),
    (0, 100, 1000, 0, 0, 0, 1),
    -- All at the far end of the values: a fifth to the power of ten, twice.
    (0.8, 10, 1000, 0.4, 0.2, 0.8, 2.048e-07),
    (null, 0, 1000, 1, 2, 3, null)

),

results as (

    select
        *,
        {{ chance_of_mean('difference', 'drawn', 'everyone', 'spread', 'below', 'above') }}
            as actual

    from cases

)

select * from results

where
    (actual is null) != (expected is null)
    or abs(actual - expected) > 0.0001 * expected
