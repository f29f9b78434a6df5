{{ config(materialized='view') }}

{# One row per segment that is alive: those of the current fits, with or without customers today,
   and the one of customers who are all alike, for whom there is no fit. #}
with

segments as (

    {% for population in var('populations') %}
    select
        '{{ population }}' as population,
        unnest(case when reach is null then segment_ids else list_append(segment_ids, -1) end)
            as segment_id

    from {{ ref(population ~ '_model') }}

    where position = 1

    union

    {% endfor %}
    select
        population,
        segment_id

    from {{ ref('profiles') }}

)

select
    population,
    segment_id,
    count(*) over (partition by population) = 1 as is_only

from segments
