{# Returns the times that iso_time reads otherwise than expected. #}
with

cases (given, expected) as (

    values
    (' 2019-10-01 ', timestamp '2019-10-01 00:00:00'),
    ('2019-10-01 8:05', timestamp '2019-10-01 08:05:00'),
    ('2019/10/01 08:05', timestamp '2019-10-01 08:05:00'),
    ('2019-10-01 10:00:00 UTC', timestamp '2019-10-01 10:00:00'),
    ('2019-10-01 10:00:00 -0400', timestamp '2019-10-01 14:00:00'),
    ('2019-10-01 10:00:00 +02:00', timestamp '2019-10-01 08:00:00'),
    ('2019-10-01T10:00:00+02', timestamp '2019-10-01 08:00:00'),
    ('2019-02-30', null),
    ('noon', null),
    ('', null),
    (null, null)

),

results as (

    select
        *,
        {{ iso_time('given') }} as actual

    from cases

)

select * from results

where actual is distinct from expected
