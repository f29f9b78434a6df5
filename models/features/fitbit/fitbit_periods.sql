{{ config(materialized='view') }}

{# One row per point in time, user and tracked minute of a day that was over by then, and per
   tracked hour of such a day of which no minute says whether there was activity. #}
with

minutes as (

    select
        *,
        1 as minute_count

    from {{ ref('fitbit_minutes') }}

),

days_by_minute as (

    select distinct
        customer_id,
        cast(started_at as date) as day

    from minutes

    where greatest(step_count, intensity) is not null

),

hours as (

    select
        hours.*,
        60 as minute_count

    from {{ ref('fitbit_hours') }} as hours

    left join days_by_minute
        on
            hours.customer_id = days_by_minute.customer_id
            and cast(hours.started_at as date) = days_by_minute.day

    where days_by_minute.day is null

),

periods as (

    select * from minutes

    union all by name

    select * from hours

)

select
    days.as_of,
    periods.*

from periods

inner join {{ ref('fitbit_days') }} as days
    on
        periods.customer_id = days.customer_id
        and cast(periods.started_at as date) = days.day
