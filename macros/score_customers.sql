{# Every customer of a table scored from a stored model: one row per customer with the nearest
   segment, the distance to its nearest stored point, the margin to the next segment, the place on
   the map, and where the model had to make do: values beyond all that it was fitted on, gaps read as
   its fallbacks, levels that it never saw. This is the whole of scoring, for the customers of the
   fit and for new ones alike; `keys` are the columns that tell rows apart. #}
{% macro score_customers(customers, model, keys=['customer_id']) %}
{% set expressions = stored_expressions(model) %}
with

{# A customer's place in the scaled space. #}
points as (

    select
        {{ keys | join(', ') }},
        imputed_features,
        cast([{{ expressions | join(', ') }}] as double[]) as point,
        {{ names_where(fallback_gaps(model)) }} as fallback_features,
        {{ names_where(unseen_levels(model)) }} as unseen_level_features

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
        list(map_y_weight order by position) as map_y_weights,
        any_value(fit_id) as fit_id,
        list(least order by position) as least,
        list(greatest order by position) as greatest

    from {{ model }}

),

{# The same with stored points in the place of dimensions, and for each of those the places of the
   points of other segments; without a model, one point for all. #}
stored as (

    select
        model.* replace (
            coalesce({{ transposed('centroids') }}, [[]]) as centroids,
            coalesce(segments, [0]) as segments,
            {{ transposed('landmarks') }} as landmarks
        ),
        list_distinct(segments) as segment_ids,
        list_transform(
            segment_ids,
            lambda own: list_filter(
                range(1, len(segments) + 1), lambda i: segments[i] != own
            )
        ) as others

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
        {{ keys | join(', ') }},
        segment_id,
        distance,
        case
            when segment_id >= 0
                then list_min(list_select(
                    distances, others[list_position(segment_ids, segment_id)]
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
        imputed_features,
        {{ names_where(values_out_of_range(model)) }} as out_of_range_features,
        fallback_features,
        unseen_level_features,
        len(out_of_range_features) > 0 as is_out_of_range,
        point,
        fit_id

    from assigned

)

select * from scored
{% endmacro %}
