{# Returns the seconds since 1970 that epoch_time reads otherwise than expected. #}
with

cases (given, expected) as (

    values
    ('1285938000', timestamp '2010-10-01 13:00:00'),
    (' 1285938000.5 ', timestamp '2010-10-01 13:00:00.5'),
    ('0', timestamp '1970-01-01 00:00:00'),
    ('-1', null),
    ('9999999999', null),
    ('noon', null),
    ('', null),
    (null, null)

),

results as (

    select
        *,
        {{ epoch_time('given') }} as actual

    from cases

)

select * from results

where actual is distinct from expected

union all

select
    'thousandths' as given,
    null as expected,
    null as actual

where
    {{ epoch_time("'1285938000250'", per_second=1000) }}
    is distinct from timestamp '2010-10-01 13:00:00.250'
