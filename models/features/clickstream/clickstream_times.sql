{{ config(
    materialized='incremental',
    pre_hook="{{ forget_changed(
        ref('clickstream_observed_events'), ref('base_clickstream__files'), ref('clickstream_as_of')
    ) }}"
) }}

{# One row per point in time and customer: on which days and at which hours of the day (UTC) the
   events up to then fall. #}
with

days as (

    select
        moment,
        customer_id,
        cast(occurred_at as date) as day,
        count(*) as event_count,
        max(reading) as reading

    from {{ ref('clickstream_observed_events') }}

    group by
        moment,
        customer_id,
        cast(occurred_at as date)

),

hours as (

    select
        moment,
        customer_id,
        extract(hour from occurred_at) as hour_of_day,
        count(*) as event_count

    from {{ ref('clickstream_observed_events') }}

    group by
        moment,
        customer_id,
        extract(hour from occurred_at)

),

customer_days as (

    select
        moment,
        customer_id,
        count(*) as active_day_count,
        {{ share(
            'sum(event_count) filter (where extract(isodow from day) in (6, 7))', 'sum(event_count)'
        ) }} as weekend_share,
        max(reading) as reading

    from days

    group by
        moment,
        customer_id

),

customer_hours as (

    select
        moment,
        customer_id,
        {{ share(
            'sum(event_count) filter (where hour_of_day < 6)', 'sum(event_count)'
        ) }} as night_share,
        {{ normalised_entropy('event_count') }} as hour_diversity

    from hours

    group by
        moment,
        customer_id

)

select
    customer_days.moment,
    customer_days.customer_id,
    customer_days.active_day_count,
    customer_days.weekend_share,
    customer_hours.night_share,
    customer_hours.hour_diversity,
    customer_days.reading

from customer_days

inner join customer_hours
    on
        customer_days.moment = customer_hours.moment
        and customer_days.customer_id = customer_hours.customer_id
