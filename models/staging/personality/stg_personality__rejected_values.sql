{# One row per value that cannot be true, of a customer who is kept: the value counts as missing. #}
with

accepted as (

    select * from {{ ref('base_personality__customers') }}

    where rejection_reason is null

),

unusable_words as (

    select
        feature,
        raw_value

    from {{ ref('value_map') }}

    where
        population = 'personality'
        and value is null

),

birth_years as (

    select
        'year of birth is not possible' as reason,
        raw_row,
        copies

    from accepted

    where
        raw_birth_year is not null
        and not coalesce({{ is_possible_birth_year('birth_year', 'enrolled_on') }}, false)

),

incomes as (

    select
        'income is negative or cannot be read' as reason,
        raw_row,
        copies

    from accepted

    where
        raw_income is not null
        and not coalesce(income >= 0, false)

),

words as (

    select
        replace(unusable_words.feature, '_', ' ') || ' is not a usable word' as reason,
        accepted.raw_row,
        accepted.copies

    from accepted

    inner join unusable_words
        on
            case unusable_words.feature
                when 'education' then accepted.education
                when 'marital_status' then accepted.marital_status
            end = unusable_words.raw_value

)

select
    'value' as scope,
    *

from birth_years

union all

select
    'value' as scope,
    *

from incomes

union all

select
    'value' as scope,
    *

from words
