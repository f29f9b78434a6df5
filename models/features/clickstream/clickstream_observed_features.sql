{{ config(materialized='view') }}

{# One row per point in time and customer: every feature that is known about the customer then. #}
with

moments as (

    select * from {{ ref('clickstream_as_of') }}

),

rfm as (

    select * from {{ ref('clickstream_rfm') }}

),

diversity as (

    select * from {{ ref('clickstream_diversity') }}

),

behaviour as (

    select * from {{ ref('clickstream_behaviour') }}

)

select
    moments.* exclude (moment, customer_share, reading),
    rfm.* exclude (moment),
    diversity.* exclude (moment, customer_id, reading),
    behaviour.* exclude (moment, customer_id)

from moments

inner join rfm
    on moments.moment = rfm.moment

inner join diversity
    on
        rfm.moment = diversity.moment
        and rfm.customer_id = diversity.customer_id

inner join behaviour
    on
        rfm.moment = behaviour.moment
        and rfm.customer_id = behaviour.customer_id
