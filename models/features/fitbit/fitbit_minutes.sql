{# One row per user and minute of the days on which the device was worn. #}
with

minutes as (

    select * from {{ ref('stg_fitbit__minutes') }}

),

worn_days as (

    select distinct
        customer_id,
        day

    from {{ ref('fitbit_days') }}

    where is_worn

),

{# The minute files hold one number each; the rows of one minute become one row. #}
united as (

    select
        customer_id,
        started_at,
        max(step_count) as step_count,
        max(intensity) as intensity,
        max(mets) as mets

    from minutes

    group by
        customer_id,
        started_at

)

select united.*

from united

inner join worn_days
    on
        united.customer_id = worn_days.customer_id
        and cast(united.started_at as date) = worn_days.day
