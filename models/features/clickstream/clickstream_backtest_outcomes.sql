{{ config(materialized='fitted', meta={'explains_fit': true}) }}

{# One row per customer who was known at the cut-off or came after it: what the customer did after
   it. Features never read this. Where the backtest has a sample of the customers, so has this. #}
-- depends_on: {{ ref('clickstream_verdict') }}
with

moments as (

    select * from {{ ref('clickstream_as_of') }}

),

known as (

    select customer_id

    from {{ ref('clickstream_backtest_features') }}

),

later_events as (

    select events.*

    from {{ ref('stg_clickstream__events') }} as events

    inner join moments as present
        on
            events.occurred_at <= present.as_of
            and present.is_present

    inner join moments as past
        on
            events.occurred_at > past.as_of
            and past.is_cutoff
            and {{ is_in_share('events.customer_id', 'past.customer_share') }}

),

later as (

    select
        customer_id,
        count(*) as later_event_count,
        count(*) filter (where event_type = 'purchase') as later_purchase_count,
        coalesce(sum(price) filter (where event_type = 'purchase'), 0) as later_revenue,
        coalesce(sum(price) filter (where event_type = 'refund'), 0) as later_refunded

    from later_events

    group by customer_id

)

select
    coalesce(known.customer_id, later.customer_id) as customer_id,
    known.customer_id is not null as is_known,
    coalesce(later.later_event_count, 0) as later_event_count,
    coalesce(later.later_purchase_count, 0) as later_purchase_count,
    coalesce(later.later_revenue, 0) as later_revenue,
    coalesce(later.later_refunded, 0) as later_refunded

from known

full outer join later
    on known.customer_id = later.customer_id
