{# One row per user with a night: how long, how soundly and how regularly the user sleeps. #}
select
    customer_id,
    avg(sleep_minutes) as sleep_minutes,
    {{ exact_spread('sleep_minutes') }} as sleep_minutes_spread,
    {{ share('sum(sleep_minutes)', 'sum(bed_minutes)') }} as sleep_efficiency,
    avg(bed_minutes - sleep_minutes) as restless_minutes,
    {{ circular_regularity('bedtime') }} as bedtime_regularity

from {{ ref('fitbit_nights') }}

group by customer_id
