{{ config(materialized='view') }}

{# One row per population, segment and feature: its mean beside that of all customers. #}
{% for population in var('populations') %}
select * from {{ ref(population ~ '_profiles') }}
{{ 'union all' if not loop.last }}
{% endfor %}
