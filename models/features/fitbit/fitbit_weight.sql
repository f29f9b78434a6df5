{# One row per point in time and user with a weight: the last one that was logged by then. Of
   several at one time, the one with the highest log number counts. #}
with

weights as (

    select * from {{ ref('stg_fitbit__weights') }}

),

moments as (

    select * from {{ ref('fitbit_as_of') }}

)

select
    moments.as_of,
    weights.customer_id,
    cast(weights.weight_kg as double) as weight_kg,
    cast(weights.bmi as double) as bmi

from weights

inner join moments
    on weights.logged_at <= moments.as_of

qualify
    row_number() over (
        partition by
            moments.as_of,
            weights.customer_id
        order by
            weights.logged_at desc,
            length(weights.log_id) desc nulls last,
            weights.log_id desc
    ) = 1
