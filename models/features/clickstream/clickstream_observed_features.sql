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
    moments.*,
    rfm.* exclude (as_of),
    diversity.* exclude (as_of, customer_id),
    behaviour.* exclude (as_of, customer_id)

from moments

inner join rfm
    on moments.as_of = rfm.as_of

inner join diversity
    on
        rfm.as_of = diversity.as_of
        and rfm.customer_id = diversity.customer_id

inner join behaviour
    on
        rfm.as_of = behaviour.as_of
        and rfm.customer_id = behaviour.customer_id
