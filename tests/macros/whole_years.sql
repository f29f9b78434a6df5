{# Returns the pairs of times between which whole_years counts other years than expected. #}
with

cases (earlier, later, expected) as (

    values
    (timestamp '1980-06-15 00:00:00', timestamp '2020-06-14 23:00:00', 39),
    (timestamp '1980-06-15 00:00:00', timestamp '2020-06-15 00:00:00', 40),
    (timestamp '2000-02-29 00:00:00', timestamp '2001-02-28 00:00:00', 0),
    (timestamp '2000-02-29 00:00:00', timestamp '2001-03-01 00:00:00', 1),
    (null, timestamp '2020-06-15 00:00:00', null)

),

results as (

    select
        *,
        {{ whole_years('earlier', 'later') }} as actual

    from cases

)

select * from results

where actual is distinct from expected
