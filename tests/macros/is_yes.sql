{# Returns the words that is_yes reads otherwise than expected. #}
with

cases (given, expected) as (

    values
    ('Yes', true),
    (' y ', true),
    ('1.0', true),
    ('TRUE', true),
    ('ja', true),
    ('No', false),
    ('0', false),
    ('nein', false),
    ('2', null),
    ('perhaps', null),
    ('', null),
    (null, null)

),

results as (

    select
        *,
        {{ is_yes('given') }} as actual

    from cases

)

select * from results

where actual is distinct from expected
