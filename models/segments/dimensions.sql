{{ config(materialized='view') }}

{# One row per population and dimension of the space in which its customers are clustered. #}
{% for population in var('populations') %}
select
    population,
    dimension,
    feature

from {{ ref(population ~ '_model') }}
{{ 'union all' if not loop.last }}
{% endfor %}
