{# One row per point in time and user with minutes or hours up to then: the longest stretch
   without activity, and the metabolic equivalents. A stretch runs over midnight, but not from
   minutes to hours. It ends where the device was not worn; a stretch that is too long to be rest
   is itself time without the device. #}
with

periods as (

    select * from {{ ref('fitbit_periods') }}

),

{# Inactive periods of one kind that follow one another have the same stretch. #}
inactive as (

    select
        as_of,
        customer_id,
        minute_count,
        started_at - to_minutes(minute_count * row_number() over (
            partition by as_of, customer_id, minute_count order by started_at
        )) as stretch

    from periods

    where greatest(step_count, intensity) = 0

),

stretches as (

    select
        as_of,
        customer_id,
        sum(minute_count) as stretch_minutes

    from inactive

    group by
        as_of,
        customer_id,
        minute_count,
        stretch

    having sum(minute_count) < {{ var('fitbit_unworn_stretch_minutes') }}

),

longest as (

    select
        as_of,
        customer_id,
        max(stretch_minutes) as longest_inactive_minutes

    from stretches

    group by
        as_of,
        customer_id

),

users as (

    select
        as_of,
        customer_id,
        count(*) filter (where greatest(step_count, intensity) is not null) as known_count,
        {{ exact_sum('mets') }} / nullif(count(mets), 0) as mets

    from periods

    group by
        as_of,
        customer_id

)

select
    users.as_of,
    users.customer_id,
    users.mets,
    case
        when users.known_count > 0
            then cast(coalesce(longest.longest_inactive_minutes, 0) as integer)
    end as longest_inactive_minutes

from users

left join longest
    on
        users.as_of = longest.as_of
        and users.customer_id = longest.customer_id
