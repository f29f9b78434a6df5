{# One row per user and hour of the days on which the device was worn, from the hourly files or,
   where they say nothing, from the minutes. #}
with

worn_days as (

    select distinct
        customer_id,
        day

    from {{ ref('fitbit_days') }}

    where is_worn

),

{# The hourly files hold one number each; the rows of one hour become one row. #}
from_hours as (

    select
        customer_id,
        started_at,
        max(step_count) as step_count,
        max(intensity) as intensity

    from {{ ref('stg_fitbit__hours') }}

    group by
        customer_id,
        started_at

),

from_minutes as (

    select
        customer_id,
        date_trunc('hour', started_at) as started_at,
        sum(step_count) as step_count,
        sum(intensity) as intensity

    from {{ ref('fitbit_minutes') }}

    group by
        customer_id,
        date_trunc('hour', started_at)

),

united as (

    select
        coalesce(from_hours.customer_id, from_minutes.customer_id) as customer_id,
        coalesce(from_hours.started_at, from_minutes.started_at) as started_at,
        cast(coalesce(from_hours.step_count, from_minutes.step_count) as bigint) as step_count,
        cast(coalesce(from_hours.intensity, from_minutes.intensity) as bigint) as intensity

    from from_hours

    full outer join from_minutes
        on
            from_hours.customer_id = from_minutes.customer_id
            and from_hours.started_at = from_minutes.started_at

)

select united.*

from united

inner join worn_days
    on
        united.customer_id = worn_days.customer_id
        and cast(united.started_at as date) = worn_days.day
