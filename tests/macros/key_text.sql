{# Returns the identifiers that key_text makes something else of than expected. #}
with

cases (given, expected) as (

    values
    ('17850.0', '17850'),
    ('17850.00', '17850'),
    ('17850', '17850'),
    (' 17850 ', '17850'),
    ('100', '100'),
    ('1000.0', '1000'),
    ('0', '0'),
    ('17850.5', '17850.5'),
    ('17850.10', '17850.10'),
    ('2053013555631882655', '2053013555631882655'),
    ('AB-7.0', 'AB-7.0'),
    ('Ab', 'Ab'),
    ('   ', null),
    ('', null),
    (null, null)

),

numbers (given, expected) as (

    values
    (17850e0, '17850'),
    (-7e0, '-7'),
    (0e0, '0')

),

results as (

    select
        *,
        {{ key_text('given') }} as actual

    from cases

    union all

    select
        cast(given as varchar) as given,
        expected,
        {{ key_text('given') }} as actual

    from numbers

)

select * from results

where actual is distinct from expected
