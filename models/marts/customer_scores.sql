{# One row per customer, whether the fit saw the customer or not: everything that scoring says, made
   anew from the features and the fit in use by `dbt build -s customer_scores`. #}
with

fits as (

    {% for population in var('populations') %}
    select
        '{{ population }}' as population,
        max(fit_id) as fit_id

    from {{ ref(population ~ '_model') }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

scores as (

    {% for population in var('populations') %}
    select
        '{{ population }}' as population,
        *

    from {{ ref(population ~ '_segments') }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select
    scores.* exclude (point),
    fits.fit_id

from scores

inner join fits
    on scores.population = fits.population
