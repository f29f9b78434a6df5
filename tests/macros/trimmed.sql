{# Returns the texts that trimmed leaves otherwise than expected. #}
with

cases (given, expected) as (

    values
    (' a b' || chr(9), 'a b'),
    (chr(13) || chr(10) || 'x', 'x'),
    ('x', 'x'),
    (' ', ''),
    (null, null)

),

results as (

    select
        *,
        {{ trimmed('given') }} as actual

    from cases

)

select * from results

where actual is distinct from expected
