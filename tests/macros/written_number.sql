{# Returns the numbers that written_number reads otherwise than expected. #}
with

cases (given, expected) as (

    values
    ('1234.5', 1234.5),
    ('$1,234.50', 1234.5),
    (' 1,234,567 ', 1234567),
    ('12.50 EUR', 12.5),
    ('€ 3', 3),
    ('-6', -6),
    ('+.5', 0.5),
    ('1e3', 1000),
    ('1''234.50', 1234.5),
    ('1,5', null),
    ('1,23,456', null),
    ('1.234.567', null),
    ('1000000000000', null),
    ('much', null),
    ('NaN', null),
    ('-', null),
    ('', null),
    (null, null)

),

commas (given, expected) as (

    values
    ('1.234,50', 1234.5),
    ('1.234', 1234),
    ('2,5', 2.5),
    ('1 234,50', 1234.5),
    ('1.5', null)

),

results as (

    select
        *,
        {{ written_number('given') }} as actual

    from cases

    union all

    select
        *,
        {{ written_number('given', ',') }} as actual

    from commas

)

select * from results

where actual is distinct from expected
