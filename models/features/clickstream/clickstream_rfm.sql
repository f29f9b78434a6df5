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

recency_limits as (

    {{ score_limits('measured', 'recency_days', best='least', each='moment') | indent(4) }}

),

frequency_limits as (

    {{ score_limits('measured', 'purchase_count', above=0, each='moment') | indent(4) }}

),

monetary_limits as (

    {{ score_limits('measured', 'monetary', above=0, each='moment') | indent(4) }}

),

scored as (

    select
        measured.*,
        {{ score_by_limits('measured.recency_days', 'recency_limits', best='least') }}
            as recency_score,
        {{ score_by_limits('measured.purchase_count', 'frequency_limits') }} as frequency_score,
        {{ score_by_limits('measured.monetary', 'monetary_limits') }} as monetary_score

    from measured

    left join recency_limits
        on measured.moment = recency_limits.moment

    left join frequency_limits
        on measured.moment = frequency_limits.moment

    left join monetary_limits
        on measured.moment = monetary_limits.moment

)

select
    *,
    concat(recency_score, frequency_score, monetary_score) as rfm_cell

from scored
