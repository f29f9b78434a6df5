{{ config(
    materialized='incremental',
    pre_hook="{{ forget_changed(
        ref('clickstream_observed_events'), ref('base_clickstream__files'), ref('clickstream_as_of')
    ) }}"
) }}

{# One row per point in time and customer who did anything up to then: the customer's visits, added
   up. Nothing here counts from as_of, so the row of the present holds until the customer is back. #}
with

{# Events of one day without a session are one visit. #}
events as (

    select
        * replace (
            coalesce(session_key, {{ short_key('cast(occurred_at as date)') }}) as session_key
        )

    from {{ ref('clickstream_observed_events') }}

),

sessions as (

    select
        moment,
        customer_id,
        session_key,
        min(occurred_at) as started_at,
        max(occurred_at) as ended_at,
        count(*) as event_count,
        count(*) filter (where event_type = 'view') as view_count,
        count(*) filter (where event_type = 'cart') as cart_count,
        count(*) filter (where event_type = 'purchase') as purchase_count,
        count(*) filter (where event_type = 'refund') as refund_count,
        max(occurred_at) filter (where event_type = 'purchase') as last_purchase_at,
        sum(price) filter (where event_type = 'purchase') as revenue,
        sum(price) filter (where event_type = 'refund') as refunded,
        max(reading) as reading

    from events

    group by
        moment,
        customer_id,
        session_key

),

visits as (

    select
        *,
        {{ dbt.datediff(
            'lag(started_at) over visits', 'started_at', 'second'
        ) }} as gap_seconds

    from sessions

    window visits as (partition by moment, customer_id order by started_at)

),

customers as (

    select
        moment,
        customer_id,
        min(started_at) as first_event_at,
        max(ended_at) as last_event_at,
        max(last_purchase_at) as last_purchase_at,
        cast(sum(event_count) as bigint) as event_count,
        cast(sum(view_count) as bigint) as view_count,
        cast(sum(cart_count) as bigint) as cart_count,
        cast(sum(purchase_count) as bigint) as purchase_count,
        cast(sum(refund_count) as bigint) as refund_count,
        count(*) as session_count,
        count(*) filter (where purchase_count > 0) as order_count,
        cast(coalesce(sum(revenue), 0) as double) as revenue,
        cast(coalesce(sum(revenue), 0) - coalesce(sum(refunded), 0) as double) as monetary,
        sum({{ dbt.datediff('started_at', 'ended_at', 'second') }}) / 60.0 / count(*)
            as session_minutes,
        sum(gap_seconds) / 86400.0 / nullif(count(gap_seconds), 0) as gap_days,
        {{ exact_spread('gap_seconds') }} / 86400.0 as gap_days_spread,
        max(reading) as reading

    from visits

    group by
        moment,
        customer_id

)

select * from customers
