{# Returns the customers of the fit whose features are still those that it saw, and who score
   otherwise now. Where there are many customers, a sample of them is scored again. #}
with

expected as (

    {% for population in var('populations') %}
    {% set features, imputed = ref(population ~ '_features'), ref(population ~ '_imputed') %}
    {% set sample = '(select * from ' ~ imputed ~ ' where ' ~ is_sampled(imputed) ~ ')' %}
    {% set unchanged = ['true'] %}
    {% for each in adapter.get_columns_in_relation(features) %}
    {% set now, then = 'features.' ~ adapter.quote(each.name), 'imputed.' ~ adapter.quote(each.name) %}
    {% set filled = is_in_list(each.name, 'imputed.imputed_features') %}
    {% do unchanged.append(
        '(' ~ now ~ ' is not distinct from ' ~ then ~ ' or (' ~ now ~ ' is null and ' ~ filled ~ '))'
    ) %}
    {% endfor %}
    select
        '{{ population }}' as population,
        scored.*

    from (
        {{ score_customers(sample, ref(population ~ '_model')) }}
    ) as scored

    inner join {{ features }} as features
        on scored.customer_id = features.customer_id

    inner join {{ sample }} as imputed
        on scored.customer_id = imputed.customer_id

    where {{ unchanged | join(' and ') }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select
    expected.population,
    expected.customer_id,
    expected.segment_id,
    scores.segment_id as scored_segment_id

from expected

left join {{ ref('customer_scores') }} as scores
    on
        expected.population = scores.population
        and expected.customer_id = scores.customer_id

where
    expected.segment_id is distinct from scores.segment_id
    or expected.distance is distinct from scores.distance
    or expected.margin is distinct from scores.margin
    or expected.is_outlier is distinct from scores.is_outlier
    or expected.map_x is distinct from scores.map_x
    or expected.map_y is distinct from scores.map_y
    or scores.is_out_of_range
    or len(scores.fallback_features) > 0
