{# Returns the customers whose nearest own stored point is not as far as scoring says, or whose
   contributions do not add up to the difference between the squared distances to the next segment
   and to the own one, which scoring gives as the margin. Where there are many customers, a sample. #}
{% set is_sampled = is_sampled(ref('customer_scores')) %}
with

scores as (

    select *

    from {{ ref('customer_scores') }}

    where {{ is_sampled }}

),

distances as (

    select *

    from {{ ref('customer_distances') }}

    where
        is_own
        and {{ is_sampled }}

),

contributions as (

    select
        population,
        customer_id,
        sum(contribution) as contribution

    from {{ ref('customer_contributions') }}

    where {{ is_sampled }}

    group by
        population,
        customer_id

)

select
    scores.population,
    scores.customer_id,
    scores.distance,
    scores.margin,
    distances.distance as measured_distance,
    contributions.contribution

from scores

left join distances
    on
        scores.population = distances.population
        and scores.customer_id = distances.customer_id

left join contributions
    on
        scores.population = contributions.population
        and scores.customer_id = contributions.customer_id

where
    scores.segment_id >= 0
    and len(scores.point) > 0
    and (
        coalesce(abs(scores.distance - distances.distance) > 1e-9, true)
        or coalesce(
            abs(
                scores.distance * scores.distance + contributions.contribution
                - pow(scores.distance + scores.margin, 2)
            ) > 1e-6 * (1 + pow(scores.distance + scores.margin, 2)),
            scores.margin is not null
        )
    )
