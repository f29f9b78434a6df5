{# One row per customer, whether the fit saw the customer or not: everything that scoring says, made
   anew from the features and the fit in use by `dbt build -s customer_scores`. #}
with

scores as (

    {% for population in var('populations') %}
    select
        '{{ population }}' as population,
        *

    from {{ ref(population ~ '_segments') }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select * from scores
