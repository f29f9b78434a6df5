{# Returns the words to which ordinal_level gives another place than expected. #}
with

cases (given, expected) as (

    values
    ('low', 1),
    ('medium', 2),
    ('high', 3),
    ('High', null),
    ('lavish', null),
    ('', null),
    (null, null)

),

results as (

    select
        *,
        {{ ordinal_level('given', ['low', 'medium', 'high']) }} as actual

    from cases

)

select * from results

where actual is distinct from expected
