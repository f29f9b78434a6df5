{# One row per customer: every feature that is known about the customer. #}
select
    customer_id,
    gender,
    age_years,
    cast(income as double) as income,
    spending_score,
    profession,
    work_experience_years,
    family_size,
    cast(income as double) * family_size as family_income_product,
    cast(income as double) / family_size as family_income_ratio

from {{ ref('stg_shop__customers') }}
