{# Returns the lists of which is_in_list says otherwise than expected whether they hold it's. #}
with

cases (given, expected) as (

    values
    (['it''s', 'age'], true),
    (['age', null, 'it''s'], true),
    (['its', 'It''s'], false),
    ([], false),
    (null, null)

),

results as (

    select
        *,
        {{ is_in_list("it's", 'given') }} as actual

    from cases

)

select * from results

where actual is distinct from expected
