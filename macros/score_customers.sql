{# Every customer of a table scored from a stored model: one row per customer with the nearest
   segment, the distance to its nearest stored point, the margin to the next segment, and the place
   on the map. This is the whole of scoring, for the customers of the fit and for new ones alike. #}
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
        list(centroids order by position) as centroids,
        any_value(centroid_segments) as segments,
        any_value(reach) as reach,
        any_value(outlier_distance) as outlier_distance,
        list(landmarks order by position) as landmarks,
        any_value(landmark_x) as landmark_x,
        any_value(landmark_y) as landmark_y,
        list(map_x_weight order by position) as map_x_weights,
        list(map_y_weight order by position) as map_y_weights

    from {{ model }}

),

{# The same with stored points in the place of dimensions; without a model, one point for all. #}
stored as (

    select
        model.* replace (
            coalesce({{ transposed('centroids') }}, [[]]) as centroids,
            coalesce(segments, [0]) as segments,
            {{ transposed('landmarks') }} as landmarks
        )

    from model

),

measured as (

    select
        points.*,
        stored.* exclude (centroids, landmarks),
        {{ distances_to('points.point', 'stored.centroids') }} as distances,
        {{ distances_to('points.point', 'stored.landmarks') }} as landmark_distances

    from points

    cross join stored

),

assigned as (

    select
        *,
        coalesce(list_min(distances), 0) as distance,
        case
            when coalesce(list_min(distances) > reach, len(distances) = 0) then -1
            else segments[list_position(distances, list_min(distances))]
        end as segment_id

    from measured

),

scored as (

    select
        customer_id,
        segment_id,
        distance,
        case
            when segment_id >= 0
                then list_min(list_transform(
                    range(1, len(distances) + 1),
                    lambda i: case when segments[i] != segment_id then distances[i] end
                )) - distance
        end as margin,
        coalesce(distance > outlier_distance, segment_id < 0) as is_outlier,
        case
            when len(landmark_distances) > 0
                then landmark_x[list_position(landmark_distances, list_min(landmark_distances))]
            else coalesce(list_dot_product(point, map_x_weights), 0)
        end as map_x,
        case
            when len(landmark_distances) > 0
                then landmark_y[list_position(landmark_distances, list_min(landmark_distances))]
            else coalesce(list_dot_product(point, map_y_weights), 0)
        end as map_y,
        imputed_features

    from assigned

)

select * from scored
{% endmacro %}
