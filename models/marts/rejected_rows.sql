{# One row per distinct raw row that could not be used, or had a value that could not. #}
with

rejected as (

    {% for population, entities in var('populations').items() %}
    {% set is_last_population = loop.last %}
    {% for entity in entities %}
    select
        '{{ population }}' as population,
        '{{ entity }}' as source,
        scope,
        reason,
        raw_row,
        copies

    from {{ ref('stg_' ~ population ~ '__rejected_' ~ entity) }}
    {{ 'union all' if not (loop.last and is_last_population) }}
    {% endfor %}
    {% endfor %}

)

select * from rejected
