{# What refits made of the segments: one row per refit and pair of segments, of the fit before and
   of the refit, that have customers in common, and one per segment that is new or has ended. #}
with

lineages as (

    {% for population in var('populations') %}
    select
        '{{ population }}' as population,
        fit_id,
        previous_fit_id,
        unnest(lineage) as change

    from {{ ref(population ~ '_fits') }}

    where position = 1
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

changes as (

    select
        population,
        fit_id,
        previous_fit_id,
        change.event,
        change.from_segment_id,
        change.to_segment_id,
        change.customers

    from lineages

),

names as (

    select * from {{ ref('segment_names') }}

)

select
    changes.population,
    changes.fit_id,
    changes.previous_fit_id,
    changes.event,
    changes.from_segment_id,
    origins.segment_name as from_segment_name,
    changes.to_segment_id,
    destinations.segment_name as to_segment_name,
    changes.customers,
    case
        when changes.from_segment_id is not null and changes.to_segment_id is not null
            then changes.customers / nullif(sum(changes.customers) filter (
                where changes.to_segment_id is not null
            ) over (
                partition by changes.population, changes.fit_id, changes.from_segment_id
            ), 0)
    end as share_of_from,
    case
        when changes.from_segment_id is not null and changes.to_segment_id is not null
            then changes.customers / nullif(sum(changes.customers) filter (
                where changes.from_segment_id is not null
            ) over (
                partition by changes.population, changes.fit_id, changes.to_segment_id
            ), 0)
    end as share_of_to

from changes

left join names as origins
    on
        changes.population = origins.population
        and changes.from_segment_id = origins.segment_id

left join names as destinations
    on
        changes.population = destinations.population
        and changes.to_segment_id = destinations.segment_id

order by
    changes.population,
    changes.fit_id,
    changes.from_segment_id,
    changes.to_segment_id
