{# One row per point in time and visit of a customer up to then. #}
with

events as (

    select * from {{ ref('clickstream_observed_events') }}

),

sessions as (

    select
        as_of,
        customer_id,
        session_id,
        min(occurred_at) as started_at,
        max(occurred_at) as ended_at,
        count(*) as event_count,
        count(*) filter (where event_type = 'view') as view_count,
        count(*) filter (where event_type = 'cart') as cart_count,
        count(*) filter (where event_type = 'purchase') as purchase_count,
        count(*) filter (where event_type = 'refund') as refund_count,
        max(occurred_at) filter (where event_type = 'purchase') as last_purchase_at,
        coalesce(sum(price) filter (where event_type = 'purchase'), 0) as revenue,
        coalesce(sum(price) filter (where event_type = 'refund'), 0) as refunded

    from events

    group by
        as_of,
        customer_id,
        session_id

)

select * from sessions
