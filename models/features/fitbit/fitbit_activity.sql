{# One row per point in time and user: the days up to then on which the device was worn, and how
   active the user was on them. #}
with

days as (

    select * from {{ ref('fitbit_days') }}

),

worn_days as (

    select
        *,
        extract(isodow from day) in (6, 7) as is_weekend,
        {{ dbt.datediff("date '2000-01-01'", 'day', 'day') }} as day_number

    from days

    where is_worn

),

users as (

    select
        as_of,
        customer_id,
        count(*) filter (where is_worn) as tracked_day_count,
        count(*) filter (where not is_worn) as unworn_day_count

    from days

    group by
        as_of,
        customer_id

),

averages as (

    select
        as_of,
        customer_id,
        avg(step_count) as daily_step_count,
        {{ exact_spread('step_count') }} as daily_step_count_spread,
        case when count(*) > 1 then 7 * regr_slope(step_count, day_number order by day_number) end
            as weekly_step_trend,
        avg(step_count) filter (where is_weekend) as weekend_step_count,
        avg(step_count) filter (where not is_weekend) as weekday_step_count,
        avg(very_active_minutes) as very_active_minutes,
        avg(fairly_active_minutes) as fairly_active_minutes,
        avg(lightly_active_minutes) as lightly_active_minutes,
        {{ share('sum(sedentary_minutes)', 'sum(tracked_minutes)') }} as sedentary_share,
        {{ exact_sum('calories') }} / count(*) as calories

    from worn_days

    group by
        as_of,
        customer_id

),

activity as (

    select
        users.as_of,
        users.customer_id,
        users.tracked_day_count,
        users.unworn_day_count,
        averages.daily_step_count,
        averages.daily_step_count_spread,
        averages.daily_step_count_spread / averages.daily_step_count as step_variation,
        averages.weekly_step_trend,
        averages.very_active_minutes,
        averages.fairly_active_minutes,
        averages.lightly_active_minutes,
        averages.sedentary_share,
        averages.calories,
        averages.weekend_step_count / (averages.weekend_step_count + averages.weekday_step_count)
            as weekend_step_balance

    from users

    left join averages
        on
            users.as_of = averages.as_of
            and users.customer_id = averages.customer_id

)

select * from activity
