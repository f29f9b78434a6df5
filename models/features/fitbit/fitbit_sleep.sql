{# One row per point in time and user with a night by then: how long, how soundly and how regularly
   the user sleeps. #}
select
    as_of,
    customer_id,
    avg(sleep_minutes) as sleep_minutes,
    {{ exact_spread('sleep_minutes') }} as sleep_minutes_spread,
    {{ share('sum(sleep_minutes)', 'sum(bed_minutes)') }} as sleep_efficiency,
    avg(bed_minutes - sleep_minutes) as restless_minutes,
    {{ circular_regularity('bedtime') }} as bedtime_regularity

from {{ ref('fitbit_nights') }}

group by
    as_of,
    customer_id
