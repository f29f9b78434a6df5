{{ config(materialized='view') }}

{# One row per point in time and user who wore the device on a day that was over by then: every
   feature that is known of the user. Of who never wore it nothing is known that could be filled
   in or put in a segment; fitbit_activity has them all. #}
with

moments as (

    select * from {{ ref('fitbit_as_of') }}

),

activity as (

    select * from {{ ref('fitbit_activity') }}

),

times as (

    select * from {{ ref('fitbit_times') }}

),

inactivity as (

    select * from {{ ref('fitbit_inactivity') }}

),

sleep as (

    select * from {{ ref('fitbit_sleep') }}

),

weight as (

    select * from {{ ref('fitbit_weight') }}

)

select
    moments.*,
    activity.* exclude (as_of),
    times.* exclude (as_of, customer_id),
    inactivity.* exclude (as_of, customer_id),
    sleep.* exclude (as_of, customer_id),
    weight.* exclude (as_of, customer_id)

from moments

inner join activity
    on moments.as_of = activity.as_of

left join times
    on
        activity.as_of = times.as_of
        and activity.customer_id = times.customer_id

left join inactivity
    on
        activity.as_of = inactivity.as_of
        and activity.customer_id = inactivity.customer_id

left join sleep
    on
        activity.as_of = sleep.as_of
        and activity.customer_id = sleep.customer_id

left join weight
    on
        activity.as_of = weight.as_of
        and activity.customer_id = weight.customer_id

where activity.tracked_day_count > 0
