{# One row per user who wore the device on a day that was over by as_of: every feature that is known
   of the user. Of who never wore it nothing is known that could be filled in or put in a segment;
   fitbit_activity has them all. #}
with

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
    activity.*,
    times.* exclude (customer_id),
    inactivity.* exclude (customer_id),
    sleep.* exclude (customer_id),
    weight.* exclude (customer_id)

from activity

left join times
    on activity.customer_id = times.customer_id

left join inactivity
    on activity.customer_id = inactivity.customer_id

left join sleep
    on activity.customer_id = sleep.customer_id

left join weight
    on activity.customer_id = weight.customer_id

where activity.tracked_day_count > 0
