{{ config(materialized='view') }}

{# One row per point in time and customer: what the customer does up to then, how much of it in one
   visit, and when. #}
with

visits as (

    select * from {{ ref('clickstream_visits') }}

),

times as (

    select * from {{ ref('clickstream_times') }}

)

select
    visits.moment,
    visits.customer_id,
    visits.event_count,
    visits.view_count,
    visits.cart_count,
    visits.refund_count,
    {{ share('visits.view_count', 'visits.event_count') }} as view_share,
    {{ share('visits.cart_count', 'visits.event_count') }} as cart_share,
    {{ share('visits.purchase_count', 'visits.event_count') }} as purchase_share,
    {{ conversion_rate('visits.cart_count', 'visits.view_count') }} as view_to_cart_rate,
    {{ conversion_rate('visits.purchase_count', 'visits.cart_count') }} as cart_to_purchase_rate,
    visits.session_count,
    cast(visits.event_count as double) / visits.session_count as events_per_session,
    visits.session_minutes,
    visits.gap_days,
    visits.gap_days_spread,
    times.active_day_count,
    times.weekend_share,
    times.night_share,
    times.hour_diversity

from visits

inner join times
    on
        visits.moment = times.moment
        and visits.customer_id = times.customer_id
