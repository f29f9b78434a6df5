{# Every customer of a table scored from a stored model: one row per customer with the nearest
   segment, the distance to its centroid, the margin to the next one, and the place on the map. This
   is the whole of scoring, for the customers of the fit and for new ones alike. #}
{% macro score_customers(customers, model) %}
{% set expressions = stored_expressions(model) %}
with

{# A customer's place in the scaled space. #}
points as (

    select
        customer_id,
        imputed_features,
        cast([{{ expressions | join(', ') }}] as double[]) as point

    from {{ customers }}

),

{# One row: the model's numbers as lists in order of position. #}
model as (

    select
        list(centroids order by position) as by_dimension,
        list(map_x_weight order by position) as map_x_weights,
        list(map_y_weight order by position) as map_y_weights,
        any_value(outlier_distance) as outlier_distance

    from {{ model }}

),

centroids as (

    select
        list_transform(
            range(1, greatest(2, len(by_dimension[1]) + 1)),
            lambda segment: list_transform(
                coalesce(by_dimension, []), lambda dimension: dimension[segment]
            )
        ) as centroids,
        model.* exclude (by_dimension)

    from model

),

measured as (

    select
        points.customer_id,
        points.imputed_features,
        points.point,
        centroids.map_x_weights,
        centroids.map_y_weights,
        centroids.outlier_distance,
        list_transform(
            centroids.centroids,
            lambda centroid: case
                when len(point) = 0 then 0.0 else list_distance(point, centroid)
            end
        ) as distances

    from points

    cross join centroids

),

scored as (

    select
        customer_id,
        cast(list_position(distances, list_min(distances)) - 1 as integer) as segment_id,
        list_min(distances) as distance,
        list_sort(distances)[2] - list_min(distances) as margin,
        coalesce(list_min(distances) > outlier_distance, false) as is_outlier,
        coalesce(list_dot_product(point, map_x_weights), 0) as map_x,
        coalesce(list_dot_product(point, map_y_weights), 0) as map_y,
        imputed_features

    from measured

)

select * from scored
{% endmacro %}
