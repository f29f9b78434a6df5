{{ config(materialized='view') }}

{# One row per customer and weight that was logged; a body mass index that cannot be true is missing
   here, and listed with the rejected rows. #}
select
    customer_id,
    logged_at,
    log_id,
    weight_kg,
    case when {{ is_possible_bmi('bmi') }} then bmi end as bmi

from {{ ref('base_fitbit__weights') }}

where rejection_reason is null
