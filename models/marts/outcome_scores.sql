{# One row per population with an outcome and way to tell it: what the segments are worth. #}
{% for population in var('populations') %}
select * from {{ ref(population ~ '_outcome_scores') }}
{{ 'union all' if not loop.last }}
{% endfor %}
