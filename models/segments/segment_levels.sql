{# One row per segment and axis: its level on the axis, from its profile. Half a standard deviation
   from the mean of all customers makes a level high or low. A segment most of whose customers have
   no value at all has the value level none, or mid where the others make up for them, and never high;
   the only segment of a population has the level all. #}
with

axes as (

    {% for population in var('populations') %}
    {% for axis, feature in population_settings(population).axes.items() %}
    select
        '{{ population }}' as population,
        '{{ axis }}' as axis,
        '{{ feature.lstrip("-") }}' as feature,
        {{ -1 if feature.startswith('-') else 1 }} as direction

    union all

    {% endfor %}
    {% endfor %}
    select
        null as population,
        null as axis,
        null as feature,
        null as direction

    where false

),

profiles as (

    {% for population in var('populations') %}
    select * from {{ ref(population ~ '_profiles') }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

segments as (

    select
        population,
        count(distinct segment_id) as segment_count

    from profiles

    group by population

),

levels as (

    select
        profiles.population,
        profiles.segment_id,
        axes.axis,
        case
            when axes.axis = 'value' and segments.segment_count = 1 then 'all'
            when axes.axis = 'value' and profiles.share_above_zero < 0.5
                then case when axes.direction * profiles.lift >= 0.5 then 'mid' else 'none' end
            when axes.direction * profiles.lift >= 0.5 then 'high'
            when axes.direction * profiles.lift <= -0.5 then 'low'
            else 'mid'
        end as level

    from profiles

    inner join axes
        on
            profiles.population = axes.population
            and profiles.feature = axes.feature

    inner join segments
        on profiles.population = segments.population

)

select * from levels
