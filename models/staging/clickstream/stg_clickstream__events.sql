{{ config(materialized='view') }}

{# One row per event that can be used. #}
select
    customer_id,
    occurred_at,
    event_type,
    product_id,
    category_id,
    category_code,
    brand,
    price,
    session_key,
    reading

from {{ ref('base_clickstream__events') }}

where rejection_reason is null
