{# One row per customer enrolled by as_of: every feature that is known about the customer, and the
   outcome, `response`. #}
with

customers as (

    select * from {{ ref('stg_personality__customers') }}

),

spend as (

    select * from {{ ref('personality_spend') }}

),

observation as (

    select * from {{ ref('personality_as_of') }}

),

features as (

    select
        spend.customer_id,
        extract(year from observation.as_of) - customers.birth_year as age_years,
        {{ days_between('customers.enrolled_on', 'observation.as_of') }} as tenure_days,
        customers.education,
        customers.marital_status,
        cast(customers.income as double) as income,
        customers.child_count,
        customers.teen_count,
        customers.child_count + customers.teen_count as children_count,
        customers.recency_days,
        customers.web_visit_count,
        customers.campaigns_accepted_count,
        customers.has_complained,
        spend.* exclude (customer_id),
        customers.response

    from customers

    inner join spend
        on customers.customer_id = spend.customer_id

    cross join observation

),

recency_limits as (

    {{ score_limits('features', 'recency_days', best='least') | indent(4) }}

),

frequency_limits as (

    {{ score_limits('features', 'purchase_count', above=0) | indent(4) }}

),

monetary_limits as (

    {{ score_limits('features', 'monetary', above=0) | indent(4) }}

),

scored as (

    select
        features.* exclude (response),
        {{ score_1_to_5('features.recency_days', 'recency_limits', best='least') }}
            as recency_score,
        {{ score_1_to_5('features.purchase_count', 'frequency_limits') }} as frequency_score,
        {{ score_1_to_5('features.monetary', 'monetary_limits') }} as monetary_score,
        features.response

    from features

    cross join recency_limits

    cross join frequency_limits

    cross join monetary_limits

)

select
    * exclude (response),
    concat(recency_score, frequency_score, monetary_score) as rfm_cell,
    response

from scored
