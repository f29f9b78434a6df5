{# Returns the words that clean_text makes something else of than expected. #}
with

cases (given, expected) as (

    values
    (' Samsung ', 'samsung'),
    ('PhD', 'phd'),
    ('electronics.smartphone', 'electronics.smartphone'),
    ('2n Cycle', '2n cycle'),
    (' ÉLAN', 'élan'),
    (chr(9) || 'Aqua' || chr(13) || chr(10), 'aqua'),
    (chr(9), null),
    ('   ', null),
    ('', null),
    (null, null)

),

results as (

    select
        *,
        {{ clean_text('given') }} as actual

    from cases

)

select * from results

where actual is distinct from expected
