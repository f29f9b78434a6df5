{# The segment of each customer at each moment of the history, by the current fit: at the present and
   at the moments of the variable history. After a refit the present is scored by the fit of the
   moment before as well, so that the two moments can be compared within one fit. Nothing is scored
   while there is no fit, nor at a moment without a date. A feature that an earlier fit knew and that is
   gone does not count on its scale. #}
{% macro score_history(population, features, moments, imputed, fits) %}
{% set scored = history_fits(moments, fits) %}
{% for fit_id, condition in scored.items() %}
{% set rows = fits ~ ' where fit_id = ' ~ fit_id %}
{% set lost = [] %}
{% for feature in lost_features(features, '(select * from ' ~ rows ~ ')') %}
    {% do lost.append(' and feature != ' ~ dbt.string_literal(dbt.escape_single_quotes(feature))) %}
{% endfor %}
select
    '{{ population }}' as population,
    customer_id,
    as_of,
    {{ fit_id }} as fit_id,
    segment_id

from (
    {{ score_customers(
        customers=filled_customers(
            '(select * from ' ~ features
                ~ ' where as_of is not null and ' ~ condition ~ ')',
            imputed
        ),
        model='(select * from ' ~ rows ~ lost | join ~ ')',
        keys=['as_of', 'customer_id']
    ) | indent(4) }}
)

union all

{% endfor %}
select
    cast(null as varchar) as population,
    cast(null as varchar) as customer_id,
    cast(null as timestamp) as as_of,
    cast(null as integer) as fit_id,
    cast(null as integer) as segment_id

where false
{% endmacro %}
