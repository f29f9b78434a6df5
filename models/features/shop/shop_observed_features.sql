{{ config(materialized='view') }}

{# One row per customer: every feature that is known about the customer, and the present, as of
   which it is known. #}
select
    moments.*,
    features.*

from {{ ref('shop_as_of') }} as moments

cross join {{ ref('shop_features') }} as features
