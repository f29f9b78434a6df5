{# One row per point in time, user and day that was over by then, with the minutes for which the
   device was on and whether it was worn. A day with next to no step, or with too few minutes, is
   no day of rest. #}
with

days as (

    select * from {{ ref('stg_fitbit__days') }}

),

moments as (

    select * from {{ ref('fitbit_as_of') }}

),

tracked as (

    select
        moments.as_of,
        days.*,
        days.very_active_minutes + days.fairly_active_minutes + days.lightly_active_minutes
        + days.sedentary_minutes as tracked_minutes

    from days

    inner join moments
        on days.day + interval 1 day <= moments.as_of

)

select
    *,
    step_count >= {{ var('fitbit_worn_steps') }}
    and tracked_minutes >= {{ var('fitbit_worn_minutes') }} as is_worn

from tracked
