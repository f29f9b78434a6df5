{# One row per fit of a population, the current one and all before it. #}
{% for population in var('populations') %}
select
    '{{ population }}' as population,
    fit_id,
    is_current,
    fitted_as_of,
    settings_hash,
    algorithm,
    structure,
    len(segment_ids) as segments,
    fitted_customers as customers,
    previous_fit_id,
    relabelled_share

from {{ ref(population ~ '_fits') }}

where position = 1
{{ 'union all' if not loop.last }}
{% endfor %}
order by
    population,
    fit_id
