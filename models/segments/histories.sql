{{ config(materialized='view') }}

{# One row per population, moment, fit and customer: the segment of the customer then. #}
{% for population in var('populations') %}
select * from {{ ref(population ~ '_history') }}
{{ 'union all' if not loop.last }}
{% endfor %}
