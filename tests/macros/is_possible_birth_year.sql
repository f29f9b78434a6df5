{# Returns the years of birth that is_possible_birth_year judges otherwise than expected. #}
with

cases (birth_year, expected) as (

    values
    (1893, false),
    (1903, false),
    (1904, true),
    (1970, true),
    (2014, true),
    (2015, false),
    (0, false),
    (null, null)

),

results as (

    select
        *,
        {{ is_possible_birth_year('birth_year', "date '2014-05-17'") }} as actual

    from cases

)

select * from results

where actual is distinct from expected
