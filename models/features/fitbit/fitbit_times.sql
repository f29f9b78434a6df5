{# One row per point in time and user with hours up to then: at which hours of the day the steps are
   taken. #}
with

hours_of_day as (

    select
        days.as_of,
        hours.customer_id,
        extract(hour from hours.started_at) as hour_of_day,
        sum(hours.step_count) as step_count

    from {{ ref('fitbit_hours') }} as hours

    inner join {{ ref('fitbit_days') }} as days
        on
            hours.customer_id = days.customer_id
            and cast(hours.started_at as date) = days.day

    group by
        days.as_of,
        hours.customer_id,
        extract(hour from hours.started_at)

    having sum(hours.step_count) > 0

)

select
    as_of,
    customer_id,
    {{ normalised_entropy('step_count', 24) }} as hour_diversity,
    printf('%02d:00', first(hour_of_day order by step_count desc, hour_of_day asc))
        as most_active_hour,
    {{ share('sum(step_count) filter (where hour_of_day < 6)', 'sum(step_count)') }}
        as night_step_share

from hours_of_day

group by
    as_of,
    customer_id
