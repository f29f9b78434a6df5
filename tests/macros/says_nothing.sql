{# Returns the texts of which says_nothing holds otherwise than expected. #}
with

cases (given, expected) as (

    values
    ('Unknown', true),
    (' N/A ', true),
    ('?', true),
    ('-', true),
    ('NaN', true),
    ('k.A.', true),
    ('', true),
    (null, true),
    ('none', false),
    ('nobody', false),
    ('0', false),
    ('-1', false)

),

results as (

    select
        *,
        {{ says_nothing('given') }} as actual

    from cases

)

select * from results

where actual is distinct from expected
