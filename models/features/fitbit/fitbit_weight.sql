{# One row per user with a weight: the last one that was logged by as_of. Of several at one time,
   the one with the highest log number counts. #}
with

weights as (

    select * from {{ ref('stg_fitbit__weights') }}

),

observation as (

    select * from {{ ref('fitbit_as_of') }}

)

select
    weights.customer_id,
    cast(weights.weight_kg as double) as weight_kg,
    cast(weights.bmi as double) as bmi

from weights

inner join observation
    on weights.logged_at <= observation.as_of

qualify
    row_number() over (
        partition by weights.customer_id
        order by
            weights.logged_at desc,
            length(weights.log_id) desc nulls last,
            weights.log_id desc
    ) = 1
