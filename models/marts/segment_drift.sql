{# One row per population, measure and name: how far the customers of this build are from those of
   the fit that it found. #}
{% for population in var('populations') %}
select * from {{ ref(population ~ '_drift') }}
{{ 'union all' if not loop.last }}
{% endfor %}
