{# One row per stored point of a segment and dimension of the scaled space: with the points of the
   customers, all that the distances between them need. #}
with

dimensions as (

    {% for population in var('populations') %}
    select
        population,
        position,
        dimension,
        feature,
        unnest(centroids) as value,
        unnest(centroid_segments) as segment_id,
        generate_subscripts(centroids, 1) as centroid

    from {{ ref(population ~ '_model') }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

names as (

    select * from {{ ref('segment_names') }}

),

words as (

    select * from {{ ref('feature_words') }}

)

select
    dimensions.population,
    dimensions.segment_id,
    names.segment_name,
    cast(dimensions.centroid as integer) as centroid,
    cast(dimensions.position as integer) as position,
    dimensions.dimension,
    {{ feature_label('dimensions.dimension', 'dimensions.feature', 'words.words') }} as label,
    dimensions.value

from dimensions

inner join names
    on
        dimensions.population = names.population
        and dimensions.segment_id = names.segment_id

left join words
    on dimensions.feature = words.feature

order by
    dimensions.population,
    dimensions.segment_id,
    dimensions.centroid,
    dimensions.position
