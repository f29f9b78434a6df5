{{ config(materialized='view') }}

{# One row per point in time and event that is not later, with the visit it belongs to. Later events
   do not exist for any feature: every model below reads events from here. #}
with

events as (

    select * from {{ ref('stg_clickstream__events') }}

),

moments as (

    select * from {{ ref('clickstream_as_of') }}

),

observed as (

    select
        moments.as_of,
        events.customer_id,
        events.occurred_at,
        events.event_type,
        events.product_id,
        events.category_id,
        events.brand,
        events.price,
        coalesce(events.session_id, cast(cast(events.occurred_at as date) as varchar))
            as session_id

    from events

    inner join moments
        on events.occurred_at <= moments.as_of

)

select * from observed
