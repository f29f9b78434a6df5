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
        {{ score_1_to_5('recency_days desc') }} as recency_score,
        {{ score_1_to_5('purchase_count', applies='purchase_count > 0') }} as frequency_score,
        {{ score_1_to_5('monetary', applies='monetary > 0') }} as monetary_score,
        customers.response

    from customers

    inner join spend
        on customers.customer_id = spend.customer_id

    cross join observation

)

select
    * exclude (response),
    concat(recency_score, frequency_score, monetary_score) as rfm_cell,
    response

from features
