{{ config(materialized='view') }}

{# One row per point in time and customer who did anything up to then: recency, frequency and
   monetary value. #}
with

visits as (

    select * from {{ ref('clickstream_visits') }}

),

moments as (

    select * from {{ ref('clickstream_as_of') }}

),

measured as (

    select
        visits.moment,
        visits.customer_id,
        visits.purchase_count,
        visits.order_count,
        visits.monetary,
        visits.revenue / nullif(visits.order_count, 0) as average_order_value,
        {{ days_between('visits.last_event_at', 'moments.as_of') }} as recency_days,
        {{ days_between('visits.last_purchase_at', 'moments.as_of') }} as purchase_recency_days,
        {{ days_between('visits.first_event_at', 'moments.as_of') }} as tenure_days

    from visits

    inner join moments
        on visits.moment = moments.moment

),

scored as (

    select
        *,
        {{ score_1_to_5('recency_days desc', each='moment') }} as recency_score,
        {{ score_1_to_5('purchase_count', applies='purchase_count > 0', each='moment') }}
            as frequency_score,
        {{ score_1_to_5('greatest(monetary, 0)', applies='monetary > 0', each='moment') }}
            as monetary_score

    from measured

)

select
    *,
    concat(recency_score, frequency_score, monetary_score) as rfm_cell

from scored
