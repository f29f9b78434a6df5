{{ config(materialized='view') }}

{# One row per point in time and event that is not later. Later events do not exist for any feature:
   every model below reads events from here. #}
with

events as (

    select * from {{ ref('stg_clickstream__events') }}

),

moments as (

    select * from {{ ref('clickstream_as_of') }}

),

observed as (

    select
        moments.moment,
        events.customer_id,
        events.occurred_at,
        events.event_type,
        events.product_id,
        events.category_id,
        events.brand,
        events.price,
        events.session_key,
        events.reading

    from events

    inner join moments
        on
            events.occurred_at <= moments.as_of
            and {{ is_in_share('events.customer_id', 'moments.customer_share') }}

)

select * from observed
