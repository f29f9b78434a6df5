{# One row per customer, whether the fit saw the customer or not: everything that scoring says, made anew
   from the features and the fit in use by `dbt build -s customer_scores`. #}
{% for population in var('populations') %}
select
    '{{ population }}' as population,
    scores.customer_id,
    scores.segment_id,
    scores.distance,
    scores.margin,
    scores.is_outlier,
    scores.is_out_of_range,
    scores.out_of_range_features,
    scores.unseen_level_features,
    scores.fallback_features,
    scores.imputed_features,
    scores.map_x,
    scores.map_y,
    fit.fit_id

from {{ ref(population ~ '_segments') }} as scores

cross join (select max(fit_id) as fit_id from {{ ref(population ~ '_model') }}) as fit
{{ 'union all' if not loop.last }}
{% endfor %}
