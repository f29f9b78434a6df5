{# One row per customer: every feature that is known about the customer at as_of. #}
select * exclude (as_of, is_present, is_cutoff, is_history)

from {{ ref('clickstream_observed_features') }}

where is_present
