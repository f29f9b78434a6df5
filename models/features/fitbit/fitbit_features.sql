{# One row per user who wore the device on a day that was over by as_of: every feature that is known
   of the user. #}
select * exclude (as_of, is_present, is_cutoff, is_history)

from {{ ref('fitbit_observed_features') }}

where is_present
