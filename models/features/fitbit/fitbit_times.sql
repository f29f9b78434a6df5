{# One row per user with hours: at which hours of the day the steps are taken. #}
with

hours_of_day as (

    select
        customer_id,
        extract(hour from started_at) as hour_of_day,
        sum(step_count) as step_count

    from {{ ref('fitbit_hours') }}

    group by
        customer_id,
        extract(hour from started_at)

    having sum(step_count) > 0

)

select
    customer_id,
    {{ normalised_entropy('step_count', 24) }} as hour_diversity,
    printf('%02d:00', first(hour_of_day order by step_count desc, hour_of_day asc))
        as most_active_hour,
    {{ share('sum(step_count) filter (where hour_of_day < 6)', 'sum(step_count)') }}
        as night_step_share

from hours_of_day

group by customer_id
