{# Returns the times that written_time reads otherwise than expected. #}
with

cases (given, expected) as (

    values
    ('12/1/2010 8:26', timestamp '2010-12-01 08:26:00'),
    (' 01/02/2011 ', timestamp '2011-01-02 00:00:00'),
    ('1/2/11', timestamp '2011-01-02 00:00:00'),
    ('13/1/2011', null),
    ('2/30/2011', null),
    ('1/2/1811', null),
    ('noon', null),
    ('', null),
    (null, null)

),

results as (

    select
        *,
        {{ written_time('given', ['%m/%d/%Y %H:%M', '%m/%d/%Y', '%m/%d/%y']) }} as actual

    from cases

)

select * from results

where actual is distinct from expected
