{# One row: the last fit of which all is there, also what explains it. #}
-- depends_on: {{ ref('clickstream_segment_rules') }}
-- depends_on: {{ ref('clickstream_outcome_scores') }}
-- depends_on: {{ ref('clickstream_backtest') }}
select
    max(fit_id) as fit_id,
    max(settings_hash) as settings_hash

from {{ ref('clickstream_model') }}
