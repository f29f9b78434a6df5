{# One row per population, algorithm and number of segments that was tried: the evidence for k. #}
{% for population in var('populations') %}
select * from {{ ref(population ~ '_cluster_scores') }}
{{ 'union all' if not loop.last }}
{% endfor %}
