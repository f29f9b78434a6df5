{# One row per point in time and customer who did anything up to then: recency, frequency and
   monetary value. #}
with

sessions as (

    select * from {{ ref('clickstream_sessions') }}

),

customers as (

    select
        as_of,
        customer_id,
        min(started_at) as first_event_at,
        max(ended_at) as last_event_at,
        max(last_purchase_at) as last_purchase_at,
        cast(sum(purchase_count) as bigint) as purchase_count,
        count(*) filter (where purchase_count > 0) as order_count,
        cast(sum(revenue) as double) as revenue,
        cast(sum(revenue) - sum(refunded) as double) as monetary

    from sessions

    group by
        as_of,
        customer_id

),

measured as (

    select
        as_of,
        customer_id,
        purchase_count,
        order_count,
        monetary,
        revenue / nullif(order_count, 0) as average_order_value,
        {{ days_between('last_event_at', 'as_of') }} as recency_days,
        {{ days_between('last_purchase_at', 'as_of') }} as purchase_recency_days,
        {{ days_between('first_event_at', 'as_of') }} as tenure_days

    from customers

),

scored as (

    select
        *,
        {{ score_1_to_5('recency_days desc', each='as_of') }} as recency_score,
        {{ score_1_to_5('purchase_count', applies='purchase_count > 0', each='as_of') }}
            as frequency_score,
        {{ score_1_to_5('greatest(monetary, 0)', applies='monetary > 0', each='as_of') }}
            as monetary_score

    from measured

)

select
    *,
    concat(recency_score, frequency_score, monetary_score) as rfm_cell

from scored
