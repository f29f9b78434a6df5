{# One row per point in time and customer: on which days and at which hours of the day (UTC) the
   events up to then fall. #}
with

hours as (

    select
        as_of,
        customer_id,
        cast(occurred_at as date) as day,
        extract(hour from occurred_at) as hour_of_day,
        count(*) as event_count

    from {{ ref('clickstream_observed_events') }}

    group by all

),

hours_of_day as (

    select
        as_of,
        customer_id,
        hour_of_day,
        sum(event_count) as event_count

    from hours

    group by
        as_of,
        customer_id,
        hour_of_day

),

days as (

    select
        as_of,
        customer_id,
        count(distinct day) as active_day_count,
        {{ share(
            'sum(event_count) filter (where extract(isodow from day) in (6, 7))', 'sum(event_count)'
        ) }} as weekend_share,
        {{ share(
            'sum(event_count) filter (where hour_of_day < 6)', 'sum(event_count)'
        ) }} as night_share

    from hours

    group by
        as_of,
        customer_id

),

hour_spread as (

    select
        as_of,
        customer_id,
        {{ normalised_entropy('event_count') }} as hour_diversity

    from hours_of_day

    group by
        as_of,
        customer_id

)

select
    days.*,
    hour_spread.hour_diversity

from days

inner join hour_spread
    on
        days.as_of = hour_spread.as_of
        and days.customer_id = hour_spread.customer_id
