{# Returns the customers who have features and no segment, or a segment and no features. #}
with

features as (

    {% for population in var('populations') %}
    select
        '{{ population }}' as population,
        customer_id

    from {{ ref(population ~ '_features') }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select
    coalesce(features.population, segments.population) as population,
    coalesce(features.customer_id, segments.customer_id) as customer_id

from features

full outer join {{ ref('segments') }} as segments
    on
        features.population = segments.population
        and features.customer_id = segments.customer_id

where
    features.customer_id is null
    or segments.customer_id is null
