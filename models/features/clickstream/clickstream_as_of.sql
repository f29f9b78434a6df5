{# One row per point in time from which the customers are looked at: the present, the cut-off of the
   backtest, unless it is switched off or all events happened at one moment, and the moments of the
   variable history. #}
{{ points_in_time('clickstream', ref('stg_clickstream__events')) }}
