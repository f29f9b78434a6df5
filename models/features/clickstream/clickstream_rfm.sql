{# One row per customer who did anything before as_of: recency, frequency and monetary value. #}
with

sessions as (

    select * from {{ ref('clickstream_sessions') }}

),

observation as (

    select * from {{ ref('clickstream_as_of') }}

),

customers as (

    select
        customer_id,
        min(started_at) as first_event_at,
        max(ended_at) as last_event_at,
        max(last_purchase_at) as last_purchase_at,
        cast(sum(purchase_count) as bigint) as purchase_count,
        count(*) filter (where purchase_count > 0) as order_count,
        cast(sum(revenue) as double) as revenue,
        cast(sum(revenue) - sum(refunded) as double) as monetary

    from sessions

    group by customer_id

),

measured as (

    select
        customers.customer_id,
        customers.purchase_count,
        customers.order_count,
        customers.monetary,
        customers.revenue / nullif(customers.order_count, 0) as average_order_value,
        {{ days_between('customers.last_event_at', 'observation.as_of') }} as recency_days,
        {{ days_between('customers.last_purchase_at', 'observation.as_of') }}
            as purchase_recency_days,
        {{ days_between('customers.first_event_at', 'observation.as_of') }} as tenure_days

    from customers

    cross join observation

),

scored as (

    select
        *,
        {{ score_1_to_5('recency_days desc') }} as recency_score,
        {{ score_1_to_5('purchase_count', applies='purchase_count > 0') }} as frequency_score,
        {{ score_1_to_5('greatest(monetary, 0)', applies='monetary > 0') }} as monetary_score

    from measured

)

select
    *,
    concat(recency_score, frequency_score, monetary_score) as rfm_cell

from scored
