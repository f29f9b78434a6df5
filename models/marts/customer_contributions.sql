{{ config(materialized='view') }}

{# One row per customer and dimension of the scaled space: how much it speaks for the customer's
   segment rather than for the next one. What it adds to the squared distance to the next segment,
   less what it adds to that to the own; over all dimensions this makes the whole difference. #}
with

customers as (

    select *

    from {{ ref('customer_scores') }}

    where segment_id >= 0

),

centroids as (

    select
        population,
        segment_id,
        segment_name,
        centroid,
        list(value order by position) as place

    from {{ ref('segment_centroids') }}

    group by
        population,
        segment_id,
        segment_name,
        centroid

),

dimensions as (

    select distinct
        population,
        position,
        dimension,
        label

    from {{ ref('segment_centroids') }}

),

measured as (

    select
        customers.population,
        customers.customer_id,
        customers.point,
        centroids.segment_name,
        centroids.place,
        centroids.segment_id = customers.segment_id as is_own,
        {# Of two that are equally far, the first. #}
        [list_distance(customers.point, centroids.place), centroids.centroid] as farness

    from customers

    inner join centroids
        on customers.population = centroids.population

),

nearest as (

    select
        population,
        customer_id,
        any_value(point) as point,
        any_value(segment_name) filter (where is_own) as segment_name,
        min_by(place, farness) filter (where is_own) as own_place,
        min_by(segment_name, farness) filter (where not is_own) as next_segment_name,
        min_by(place, farness) filter (where not is_own) as next_place

    from measured

    group by
        population,
        customer_id

)

select
    nearest.population,
    nearest.customer_id,
    nearest.segment_name,
    nearest.next_segment_name,
    dimensions.position,
    dimensions.dimension,
    dimensions.label,
    nearest.point[dimensions.position] as value,
    nearest.own_place[dimensions.position] as segment_value,
    nearest.next_place[dimensions.position] as next_segment_value,
    pow(nearest.point[dimensions.position] - nearest.next_place[dimensions.position], 2)
    - pow(nearest.point[dimensions.position] - nearest.own_place[dimensions.position], 2)
        as contribution

from nearest

inner join dimensions
    on nearest.population = dimensions.population
