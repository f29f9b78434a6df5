{# Every point in time from which the customers of a population are looked at, once: the present; the
   cut-off of the backtest, where the population has one, unless it is switched off or all events
   happened at one moment; and the moments that the variable history asks for, of those that lie
   between the first event and the present. happened_at is the SQL expression of when an event was
   over. The events have no common table expression: DuckDB keeps in memory what is read twice. #}
{% macro points_in_time(population, events, happened_at='occurred_at') %}
with

present as (

    select {{ as_of(population, 'max(' ~ happened_at ~ ')') }} as as_of

    from {{ events }}

),

observed as (

    select
        present.as_of,
        min(events.happened_at) as first_event_at,
        quantile_disc(events.happened_at, 0.75) filter (where events.happened_at < present.as_of)
            as three_quarters_at

    from present

    inner join (select {{ happened_at }} as happened_at from {{ events }}) as events
        on present.as_of >= events.happened_at

    group by present.as_of

),

{% if var(population ~ '_cutoff', 'no backtest') != 'no backtest' %}
past as (

    select
        {{ cutoff(population, 'three_quarters_at', 'first_event_at', 'as_of') }} as cutoff,
        as_of

    from observed

),

{% endif %}
history as (

    {{ history_moments(var('history')) | indent(4) }}

),

moments as (

    select
        as_of,
        'present' as moment

    from present

    {% if var(population ~ '_cutoff', 'no backtest') != 'no backtest' %}
    union all

    select
        cutoff as as_of,
        'cutoff' as moment

    from past

    where cutoff < as_of

    {% endif %}
    union all

    select
        history.as_of,
        'history' as moment

    from history

    inner join observed
        on history.as_of between observed.first_event_at and observed.as_of

)

select
    as_of,
    bool_or(moment = 'present') as is_present,
    bool_or(moment = 'cutoff') as is_cutoff,
    bool_or(moment = 'history') as is_history

from moments

group by as_of
{% endmacro %}
