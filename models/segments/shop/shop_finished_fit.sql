{# One row: the last fit of which all is there, also what explains it. #}
-- depends_on: {{ ref('shop_segment_rules') }}
-- depends_on: {{ ref('shop_outcome_scores') }}
select
    max(fit_id) as fit_id,
    max(settings_hash) as settings_hash

from {{ ref('shop_model') }}
