{# Every point in time from which the customers of a population are looked at: one row for the present
   and one for the cut-off of the backtest, unless it is switched off or all events happened at one
   moment. Events have the column occurred_at. #}
{% macro points_in_time(population, events) %}
with

events as (

    select * from {{ events }}

),

present as (

    select {{ as_of(population, 'max(occurred_at)') }} as as_of

    from events

),

observed as (

    select
        present.as_of,
        min(events.occurred_at) as first_event_at,
        quantile_disc(events.occurred_at, 0.75) filter (where events.occurred_at < present.as_of)
            as three_quarters_at

    from present

    inner join events
        on present.as_of >= events.occurred_at

    group by present.as_of

),

past as (

    select
        {{ cutoff(population, 'three_quarters_at', 'first_event_at', 'as_of') }} as cutoff,
        as_of

    from observed

)

select
    as_of,
    false as is_cutoff

from present

union all

select
    cutoff as as_of,
    true as is_cutoff

from past

where cutoff < as_of
{% endmacro %}
