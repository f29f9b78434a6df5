{# One row per point in time, user and day on which a sleep ended, over by then: the minutes of
   all its sleeps, from the daily files or, where they say nothing, from the minutes; and, where
   there are minutes, when the longest sleep began. #}
with

moments as (

    select * from {{ ref('fitbit_as_of') }}

),

sleeps as (

    select
        customer_id,
        log_id,
        cast(max(recorded_at) as date) as day,
        min(recorded_at) as started_at,
        count(*) as bed_minutes,
        count(*) filter (where sleep_state = 1) as sleep_minutes

    from {{ ref('stg_fitbit__sleep_minutes') }}

    group by
        customer_id,
        log_id

),

from_minutes as (

    select
        customer_id,
        day,
        sum(sleep_minutes) as sleep_minutes,
        sum(bed_minutes) as bed_minutes,
        first(started_at order by bed_minutes desc, started_at asc) as bedtime

    from sleeps

    group by
        customer_id,
        day

),

from_days as (

    select * from {{ ref('stg_fitbit__sleep') }}

),

nights as (

    select
        coalesce(from_days.customer_id, from_minutes.customer_id) as customer_id,
        coalesce(from_days.day, from_minutes.day) as day,
        cast(coalesce(from_days.sleep_minutes, from_minutes.sleep_minutes) as integer)
            as sleep_minutes,
        cast(coalesce(from_days.bed_minutes, from_minutes.bed_minutes) as integer) as bed_minutes,
        from_minutes.bedtime

    from from_days

    full outer join from_minutes
        on
            from_days.customer_id = from_minutes.customer_id
            and from_days.day = from_minutes.day

)

select
    moments.as_of,
    nights.*

from nights

inner join moments
    on nights.day + interval 1 day <= moments.as_of
