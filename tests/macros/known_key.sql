{# Returns the identifiers that known_key reads otherwise than expected. #}
with

cases (given, expected) as (

    values
    ('17850.0', '17850'),
    (' A-1 ', 'A-1'),
    ('Unknown', null),
    ('-', null),
    ('', null),
    (null, null),
    ('0', '0')

),

results as (

    select
        *,
        {{ known_key('given') }} as actual

    from cases

)

select * from results

where actual is distinct from expected
