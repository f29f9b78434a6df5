{{ config(materialized='view') }}

{# One row per recipient: every feature that is known about the recipient, and the present, as of
   which it is known. #}
select
    moments.*,
    features.*

from {{ ref('gifting_as_of') }} as moments

cross join {{ ref('gifting_features') }} as features
