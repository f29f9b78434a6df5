{{ config(materialized='view') }}

{# One row per event at or before as_of, with the visit it belongs to. Events after as_of do not
   exist for any feature: every model below reads events from here. #}
with

events as (

    select * from {{ ref('stg_clickstream__events') }}

),

observation as (

    select * from {{ ref('clickstream_as_of') }}

),

observed as (

    select
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

    inner join observation
        on events.occurred_at <= observation.as_of

)

select * from observed
