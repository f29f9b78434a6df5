{# One row per stay: a customer in one segment, from the first moment of the history at which the
   customer was seen there to the first one at which the customer was elsewhere or gone. Each moment
   counts by the newest fit that scored it, and a stay goes on through a refit where the segment
   keeps its id. #}
with

{# The moments of a population in their order, counted from 1. #}
moments as (

    select
        population,
        fit_id,
        as_of,
        row_number() over in_time as position,
        lead(as_of) over in_time as next_as_of,
        max(as_of) over (partition by population) as last_as_of

    from {{ ref('snapshots') }}

    where is_newest

    window in_time as (partition by population order by as_of)

),

{# Moments in a row in the same segment have the same difference of the two numbers. #}
placed as (

    select
        histories.population,
        histories.customer_id,
        histories.segment_id,
        moments.* exclude (population, fit_id),
        moments.position - row_number() over (
            partition by histories.population, histories.customer_id, histories.segment_id
            order by moments.position
        ) as stay

    from {{ ref('histories') }} as histories

    inner join moments
        on
            histories.population = moments.population
            and histories.fit_id = moments.fit_id
            and histories.as_of = moments.as_of

),

stays as (

    select
        population,
        customer_id,
        segment_id,
        min(as_of) as since,
        case when max(as_of) < max(last_as_of) then max(next_as_of) end as until,
        max(last_as_of) as last_as_of

    from placed

    group by
        population,
        customer_id,
        segment_id,
        stay

)

select
    stays.population,
    stays.customer_id,
    stays.segment_id,
    names.segment_name,
    stays.since,
    stays.until,
    cast({{ days_between('stays.since', 'coalesce(stays.until, stays.last_as_of)') }} as double)
        as days,
    stays.until is null as is_current

from stays

left join {{ ref('segment_names') }} as names
    on
        stays.population = names.population
        and stays.segment_id = names.segment_id
