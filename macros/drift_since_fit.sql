{# How far the customers of today are from those of the fit that the last build left: one row per
   measure and name. There is none where there is no such fit, or where it was made with other
   settings or features, which are then no longer there to be compared. Where there are many customers,
   a sample of them is compared, drawn by the hash of their keys and as large as the one of which the
   fit itself keeps the bins and the middles. #}
{% macro drift_since_fit(population, features) %}
{% set fit = current_fit(population) %}
{% set imputed = last_build(population ~ '_imputed') %}
{% if fit and imputed and fit.settings_hash == settings_hash(population, features) %}
{% set sample = '(select * from ' ~ features ~ ' order by md5(customer_id), customer_id limit 20000)' %}
{{ measure_drift(
    population=population,
    scored='(' ~ score_customers(filled_customers(sample, imputed), fit.rows) ~ ')',
    fit=fit.rows
) }}
{% else %}
select
    '{{ population }}' as population,
    cast(null as integer) as fit_id,
    cast(null as varchar) as measure,
    cast(null as varchar) as name,
    cast(null as double) as value,
    cast(null as double) as expected,
    cast(null as double) as chance_limit,
    cast(null as double) as notable,
    cast(null as double) as large,
    cast(null as bigint) as customers_then,
    cast(null as bigint) as customers_now,
    cast(null as varchar) as verdict

from {{ ref('drift_sizes') }}

where false
{% endif %}
{% endmacro %}
