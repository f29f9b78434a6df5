{# Returns the words that word_meaning writes otherwise than expected. #}
with

cases (given, meanings, expected) as (

    values
    ('mid', map(['budget=mid', 'budget=unknown'], ['medium', null]), 'medium'),
    ('low', map(['budget=mid', 'budget=unknown'], ['medium', null]), 'low'),
    ('unknown', map(['budget=mid', 'budget=unknown'], ['medium', null]), null),
    ('mid', map(['size=mid'], ['large']), 'mid'),
    ('mid', map([], []), 'mid'),
    ('N/A', map(['budget=mid'], ['medium']), null),
    ('-', map(['budget=-'], ['low']), 'low'),
    ('none', map([], []), 'none'),
    (null, map(['budget=mid'], ['medium']), null)

),

results as (

    select
        *,
        {{ word_meaning('given', 'budget', 'meanings') }} as actual

    from cases

)

select * from results

where actual is distinct from expected
