{# One row per population: whether the fit that this build found still held for the customers of
   today, why, and whether the build made a new one. #}
{% for population in var('populations') %}
select
    population,
    as_of,
    fit_id,
    verdict,
    reason,
    mode,
    is_fit_due as is_fitted

from {{ ref(population ~ '_verdict') }}
{{ 'union all' if not loop.last }}
{% endfor %}
order by population
