{# One row: the last fit of which all is there, also what explains it. #}
-- depends_on: {{ ref('fitbit_segment_rules') }}
-- depends_on: {{ ref('fitbit_outcome_scores') }}
select
    max(fit_id) as fit_id,
    max(settings_hash) as settings_hash

from {{ ref('fitbit_model') }}
