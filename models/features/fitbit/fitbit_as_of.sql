{# One row per point in time from which the users are looked at: the present, and the moments of the
   variable history. A day has happened when it is over, so without a setting the present is the end
   of the last day. #}
{{ points_in_time('fitbit', ref('stg_fitbit__days'), happened_at='day + interval 1 day') }}
