{{ config(materialized='view') }}

{# One row per customer and segment: how far the customer is from it. #}
with

customers as (

    select * from {{ ref('customer_scores') }}

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

)

select
    customers.population,
    customers.customer_id,
    centroids.segment_id,
    centroids.segment_name,
    min(list_distance(customers.point, centroids.place)) as distance,
    centroids.segment_id = any_value(customers.segment_id) as is_own

from customers

inner join centroids
    on customers.population = centroids.population

group by
    customers.population,
    customers.customer_id,
    centroids.segment_id,
    centroids.segment_name
