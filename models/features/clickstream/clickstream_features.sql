{# One row per customer: every feature that is known about the customer at as_of. #}
with

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
    rfm.*,
    diversity.* exclude (customer_id),
    behaviour.* exclude (customer_id)

from rfm

inner join diversity
    on rfm.customer_id = diversity.customer_id

inner join behaviour
    on rfm.customer_id = behaviour.customer_id
