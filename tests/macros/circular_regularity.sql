{# Returns the times whose circular_regularity is not the expected one, to three decimals, or lies
   outside 0 to 1 by however little. Midnight is no border. #}
with

cases (name, moment, expected) as (

    values
    ('same', timestamp '2016-04-12 23:00:00', 1.0),
    ('same', timestamp '2016-04-13 23:00:00', 1.0),
    ('same', timestamp '2016-04-14 23:00:00', 1.0),
    ('a quarter apart', timestamp '2016-04-12 00:00:00', 0.707),
    ('a quarter apart', timestamp '2016-04-13 06:00:00', 0.707),
    ('opposite', timestamp '2016-04-12 11:00:00', 0.0),
    ('opposite', timestamp '2016-04-12 23:00:00', 0.0),
    ('round midnight', timestamp '2016-04-12 23:50:00', 0.999),
    ('round midnight', timestamp '2016-04-14 00:10:00', 0.999),
    ('one unknown', timestamp '2016-04-12 23:50:00', null),
    ('one unknown', null, null)

),

results as (

    select
        name,
        any_value(expected) as expected,
        {{ circular_regularity('moment') }} as actual

    from cases

    group by name

)

select * from results

where
    round(actual, 3) is distinct from expected
    or actual not between 0 and 1
