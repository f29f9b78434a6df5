{# One row per population, feature with missing values and method that competed to fill them. #}
{% for population in var('populations') %}
select * from {{ ref(population ~ '_imputation_scores') }}
{{ 'union all' if not loop.last }}
{% endfor %}
