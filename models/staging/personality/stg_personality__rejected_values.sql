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

flags as (

    select
        'complain is not 0 or 1' as reason,
        raw_row,
        copies

    from accepted

    where
        raw_complain is not null
        and has_complained is null

    union all

    select
        'response is not 0 or 1' as reason,
        raw_row,
        copies

    from accepted

    where
        raw_response is not null
        and response is null

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

),

values_set_aside as (

    select * from birth_years

    union all

    select * from incomes

    union all

    select * from flags

    union all

    select * from words

)

select
    'value' as scope,
    *

from values_set_aside
