{# One row per customer; values that cannot be true or say nothing are missing here, and listed with
   the rejected rows. #}
select
    customer_id,
    {{ known_text('gender') }} as gender,
    case when age_years between 1 and 110 then age_years end as age_years,
    case when income >= 0 then income end as income,
    case when spending_score between 1 and 100 then spending_score end as spending_score,
    {{ known_text('profession') }} as profession,
    case when work_experience_years between 0 and 100 then work_experience_years end
        as work_experience_years,
    case when family_size between 1 and 100 then family_size end as family_size

from {{ ref('base_shop__customers') }}

where rejection_reason is null
