{# Returns the shares whose entropy_of_shares is not the expected one, to three decimals, or lies
   outside 0 to 1 by however little, or is not 1 sharp for equal parts or 0 without a sign for one. #}
with

two_parts (a, b, expected) as (

    values
    (0.75e0, 0.25e0, 0.811),
    (0.25e0, 0.75e0, 0.811),
    (0.5e0, 0.5e0, 1),
    (1e0, 0e0, 0),
    (0e0, 0e0, 0)

),

{# 1.75 bits of the 2 that four equal parts have. #}
four_parts (a, b, c, d, expected) as (

    values
    (0.5e0, 0.25e0, 0.125e0, 0.125e0, 0.875),
    (0.25e0, 0.25e0, 0.25e0, 0.25e0, 1),
    (0.5e0, 0.5e0, 0e0, 0e0, 0.5)

),

{# One of n equal parts, for which no sum of shares is exactly 1. #}
six_parts (a) as (

    values (1 / 6e0)

),

results as (

    select
        expected,
        {{ entropy_of_shares(['a', 'b']) }} as actual

    from two_parts

    union all

    select
        expected,
        {{ entropy_of_shares(['a', 'b', 'c', 'd']) }} as actual

    from four_parts

    union all

    select
        1 as expected,
        {{ entropy_of_shares(['a', 'a', 'a', 'a', 'a', 'a']) }} as actual

    from six_parts

)

select * from results

where
    round(actual, 3) is distinct from expected
    or actual not between 0 and 1
    or (expected = 1 and actual != 1)
    or signbit(actual)
