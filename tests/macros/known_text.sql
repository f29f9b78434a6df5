{# Returns the words that known_text reads otherwise than expected. #}
with

cases (given, expected) as (

    values
    (' Samsung ', 'samsung'),
    ('None', 'none'),
    ('N/A', null),
    ('UNKNOWN', null),
    (' ', null),
    (null, null)

),

results as (

    select
        *,
        {{ known_text('given') }} as actual

    from cases

)

select * from results

where actual is distinct from expected
