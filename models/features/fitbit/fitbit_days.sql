{# One row per user and day that was over by as_of, with the minutes for which the device was on and
   whether it was worn. A day with next to no step, or with too few minutes, is no day of rest. #}
with

days as (

    select * from {{ ref('stg_fitbit__days') }}

),

observation as (

    select * from {{ ref('fitbit_as_of') }}

),

tracked as (

    select
        days.*,
        days.very_active_minutes + days.fairly_active_minutes + days.lightly_active_minutes
        + days.sedentary_minutes as tracked_minutes

    from days

    inner join observation
        on days.day + interval 1 day <= observation.as_of

)

select
    *,
    step_count >= {{ var('fitbit_worn_steps') }}
    and tracked_minutes >= {{ var('fitbit_worn_minutes') }} as is_worn

from tracked
