{# Returns the times that utc_timestamp reads otherwise than expected. #}
with

cases (given, expected) as (

    values
    ('2019-10-01T02:00:00+02:00', timestamp '2019-10-01 00:00:00'),
    ('2019-10-01 00:00:00 UTC', timestamp '2019-10-01 00:00:00'),
    ('2019-10-01 00:00:00', timestamp '2019-10-01 00:00:00'),
    ('2019-10-01T00:00:00Z', timestamp '2019-10-01 00:00:00'),
    ('2019-09-30 19:30:00-04:30', timestamp '2019-10-01 00:00:00'),
    ('2019-10-01', timestamp '2019-10-01 00:00:00'),
    ('2019-10-01 00:00:00.250', timestamp '2019-10-01 00:00:00.250'),
    ('2019-02-29 00:00:00', null),
    ('yesterday', null),
    ('', null),
    (null, null)

),

results as (

    select
        *,
        {{ utc_timestamp('given') }} as actual

    from cases

)

select * from results

where actual is distinct from expected
