{# One row per value that cannot be true, of a customer who is kept: the value counts as missing. #}
with

accepted as (

    select * from {{ ref('base_personality__customers') }}

    where rejection_reason is null

),

unusable_words as (

    select
        list(raw_value) filter (where feature = 'education') as education,
        list(raw_value) filter (where feature = 'marital_status') as marital_status

    from {{ ref('value_map') }}

    where
        population = 'personality'
        and value is null

),

judged as (

    select
        accepted.raw_row,
        accepted.copies,
        [
            case
                when
                    accepted.raw_birth_year is not null
                    and not coalesce(
                        {{ is_possible_birth_year('accepted.birth_year', 'accepted.enrolled_on') }},
                        false
                    )
                    then 'year of birth is not possible'
            end,
            case
                when accepted.raw_income is not null and not coalesce(accepted.income >= 0, false)
                    then 'income is negative or cannot be read'
            end,
            case
                when accepted.raw_complain is not null and accepted.has_complained is null
                    then 'complain is not 0 or 1'
            end,
            case
                when accepted.raw_response is not null and accepted.response is null
                    then 'response is not 0 or 1'
            end,
            case
                when list_contains(unusable_words.education, accepted.education)
                    then 'education is not a usable word'
            end,
            case
                when list_contains(unusable_words.marital_status, accepted.marital_status)
                    then 'marital status is not a usable word'
            end
        ] as reasons

    from accepted

    cross join unusable_words

)

select
    'value' as scope,
    unnest(list_filter(reasons, lambda reason: reason is not null)) as reason,
    raw_row,
    copies

from judged
