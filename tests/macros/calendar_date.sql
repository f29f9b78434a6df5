{# Returns the days that calendar_date reads otherwise than expected. #}
with

cases (given, expected) as (

    values
    ('04-09-2012', date '2012-09-04'),
    ('2012-09-04', date '2012-09-04'),
    (' 04-09-2012 ', date '2012-09-04'),
    ('29-02-2012', date '2012-02-29'),
    ('29-02-2013', null),
    ('4-9-2012', date '2012-09-04'),
    ('04-09-12', null),
    ('12-09-04', null),
    ('09/04/2012', null),
    ('soon', null),
    ('', null),
    (null, null)

),

results as (

    select
        *,
        {{ calendar_date('given') }} as actual

    from cases

)

select * from results

where actual is distinct from expected
