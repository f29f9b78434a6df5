{# One row per segment and axis: its level on the axis, from its profile. Half a standard deviation
   from the mean of all customers makes a level high or low. A segment most of whose customers have
   no value at all has the value level none, or mid where the others make up for them, and never high;
   the only segment of a population has the level all, and the customers of no group have the
   level noise. A segment of which nothing is known on an axis is in the middle of it. #}
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

    select * from {{ ref('profiles') }}

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
            when axes.axis = 'value' and profiles.segment_id = -1 then 'noise'
            when axes.axis = 'value' and segments.segment_count = 1 then 'all'
            when profiles.segment_mean is null then 'mid'
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
