{# One row per customer; values that cannot be true or say nothing are missing here, and listed with
   the rejected rows. #}
with

accepted as (

    select * from {{ ref('base_personality__customers') }}

    where rejection_reason is null

),

value_map as (

    select * from {{ ref('value_map') }}

    where population = 'personality'

),

cleaned as (

    select
        accepted.* exclude (
            birth_year, education, marital_status, income, raw_birth_year, raw_income,
            raw_complain, raw_response, copies, raw_row, rejection_reason
        ),
        case when {{ is_possible_birth_year('birth_year', 'enrolled_on') }} then birth_year end
            as birth_year,
        case when income >= 0 then income end as income,
        case
            when education_map.raw_value is null then {{ known_text('accepted.education') }}
            else education_map.value
        end as education,
        case
            when marital_map.raw_value is null then {{ known_text('accepted.marital_status') }}
            else marital_map.value
        end as marital_status

    from accepted

    left join value_map as education_map
        on
            education_map.feature = 'education'
            and accepted.education = education_map.raw_value

    left join value_map as marital_map
        on
            marital_map.feature = 'marital_status'
            and accepted.marital_status = marital_map.raw_value

)

select * from cleaned
