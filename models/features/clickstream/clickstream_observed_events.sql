{# One row per point in time and event that is not later: later events do not exist for any feature,
   and every model below reads events from here. In the present, they are those of the customers of
   whom a later reading than the last one found something; what the others did stands as it was. #}
{% set done = readings_done(
    ['clickstream_visits', 'clickstream_times', 'clickstream_diversity']
) %}
with

moments as (

    select * from {{ ref('clickstream_as_of') }}

),

observed as (

    select
        moments.moment,
        events.customer_id,
        events.occurred_at,
        events.event_type,
        {{ short_key('events.product_id') }} as product_key,
        {{ short_key('events.category_id') }} as category_key,
        {{ short_key('events.brand') }} as brand_key,
        events.price,
        events.session_key,
        events.reading,
        {{ done }} as later_than

    from {{ ref('stg_clickstream__events') }} as events

    inner join moments
        on
            events.occurred_at <= moments.as_of
            and events.reading <= moments.reading
            and {{ is_in_share('events.customer_id', 'moments.customer_share') }}

    {% if done %}
    where
        moments.moment != 0
        or events.customer_id in (
            select customer_id
            from {{ ref('stg_clickstream__events') }}
            where reading > {{ done }}
        )
    {% endif %}

)

select * from observed
