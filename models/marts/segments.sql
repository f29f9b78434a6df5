{# One row per customer of any population: the segment the customer belongs to. #}
with

scored as (

    select * from {{ ref('customer_scores') }}

),

names as (

    select * from {{ ref('segment_names') }}

)

select
    scored.population,
    scored.customer_id,
    scored.segment_id,
    names.segment_name,
    scored.is_outlier,
    scored.distance,
    scored.margin,
    scored.map_x,
    scored.map_y,
    scored.imputed_features

from scored

inner join names
    on
        scored.population = names.population
        and scored.segment_id = names.segment_id
