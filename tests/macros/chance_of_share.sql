{# Returns the cases whose chance is below twice the smaller tail of the hypergeometric
   distribution, as scipy gives it, or more than a twentieth above it. #}
with

cases (haves, drawn, all_having, everyone, exact) as (

    values
    (8, 10, 20, 100, 4.7566e-05),
    (0, 30, 200, 1000, 0.00221528),
    (300, 500, 5000, 10000, 5.2126e-06),
    (60, 60, 500, 1000, 2.6385e-19),
    -- The share that everyone has, nobody and everybody.
    (2, 10, 20, 100, 1),
    (0, 10, 0, 100, 1),
    (10, 10, 100, 100, 1),
    (20, 100, 20, 100, 1),
    -- One customer has little to say.
    (1, 1, 1, 100, 0.02),
    (0, 1, 1, 100, 1),
    (0, 0, 20, 100, null)

),

results as (

    select
        *,
        {{ chance_of_share('haves', 'drawn', 'all_having', 'everyone') }} as actual

    from cases

)

select * from results

where
    (actual is null) != (exact is null)
    or not actual between 0.9999 * exact and 1.05 * exact
