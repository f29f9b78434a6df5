{# One row per customer: every feature that is known about the customer at as_of. #}
select * exclude (as_of, is_cutoff)

from {{ ref('clickstream_observed_features') }}

where not is_cutoff
