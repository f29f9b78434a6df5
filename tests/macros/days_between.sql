{# Returns the pairs of times that days_between sets further apart, or closer, than expected. #}
with

cases (earlier, later, expected) as (

    values
    (timestamp '2019-10-01 00:00:00', timestamp '2019-10-02 12:00:00', 1.5),
    (timestamp '2019-10-01 23:59:59', timestamp '2019-10-01 23:59:59', 0),
    (timestamp '2019-10-01 21:00:00', timestamp '2019-10-02 03:00:00', 0.25),
    (timestamp '2019-10-02 12:00:00', timestamp '2019-10-01 00:00:00', -1.5),
    (timestamp '2020-02-28 00:00:00', timestamp '2020-03-01 00:00:00', 2),
    (timestamp '2019-02-28 00:00:00', timestamp '2019-03-01 00:00:00', 1),
    (null, timestamp '2019-10-01 00:00:00', null)

),

results as (

    select
        *,
        {{ days_between('earlier', 'later') }} as actual

    from cases

)

select * from results

where actual is distinct from expected
