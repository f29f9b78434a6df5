{# Returns the points in time that month_first_timestamp reads otherwise than expected. #}
with

cases (given, expected) as (

    values
    ('4/12/2016 1:05:00 PM', timestamp '2016-04-12 13:05:00'),
    ('4/12/2016 12:00:00 AM', timestamp '2016-04-12 00:00:00'),
    ('4/12/2016 12:00:00 PM', timestamp '2016-04-12 12:00:00'),
    ('04/12/2016 01:05:00 AM', timestamp '2016-04-12 01:05:00'),
    ('4/12/2016', timestamp '2016-04-12 00:00:00'),
    ('2016-04-12', timestamp '2016-04-12 00:00:00'),
    ('2016-04-12 13:05:30', timestamp '2016-04-12 13:05:30'),
    (' 4/12/2016 ', timestamp '2016-04-12 00:00:00'),
    ('31/12/2016', null),
    ('2/30/2016', null),
    ('4/12/2016 13:05:00 PM', null),
    ('4/12/1816', null),
    ('noon', null),
    ('', null),
    (null, null)

),

results as (

    select
        *,
        {{ month_first_timestamp('given') }} as actual

    from cases

)

select * from results

where actual is distinct from expected
