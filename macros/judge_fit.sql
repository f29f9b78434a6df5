{# One row: whether the fit of a population still holds for its customers of today, why, and whether
   this build fits anew. #}
{% macro judge_fit(population, features, as_of, drift) %}
{% set fit = current_fit(population) %}
{% set hash = settings_hash(population, features) %}
{% set imputed = last_build(population ~ '_imputed') %}
{% set finished = last_build(population ~ '_finished_fit') %}
{% set mode = run_mode() %}
{% if execute and mode == 'score' and not fit and not finished %}
    {{ exceptions.raise_compiler_error(
        "the variable mode is score, but there is no fit of " ~ population ~ " to score with: build "
        ~ "once without it."
    ) }}
{% endif %}
with

drift as (

    select * from ({{ drift_verdict(drift) }})

),

present as (

    select max(as_of) as as_of

    from {{ as_of }}

    where is_present

),

last_fit as (

    select
        {{ fit.fit_id if fit else 'cast(null as integer)' }} as fit_id,
        {{ "'" ~ fit.settings_hash ~ "'" if fit else 'cast(null as varchar)' }} as settings_hash

),

finished as (

    {% if finished %}
    select
        max(fit_id) as fit_id,
        max(settings_hash) as settings_hash

    from {{ finished }}
    {% else %}
    select
        cast(null as integer) as fit_id,
        cast(null as varchar) as settings_hash
    {% endif %}

),

{# How many customers of the last fit are still there. #}
remaining as (

    {% if imputed %}
    select count(*) as customers

    from {{ features }} as features

    inner join {{ imputed }} as imputed
        on features.customer_id = imputed.customer_id
    {% else %}
    select 0 as customers
    {% endif %}

),

judged as (

    select
        present.as_of,
        last_fit.fit_id,
        '{{ hash }}' as settings_hash,
        remaining.customers > 0 as has_same_customers,
        case
            when last_fit.fit_id is null then 'there was no fit yet'
            when last_fit.settings_hash != '{{ hash }}'
                then 'the settings, the features or the folder of the raw data have changed'
            when remaining.customers = 0 then 'none of the customers of the fit is left'
        end as cause,
        drift.verdict,
        drift.reason,
        coalesce(
            finished.fit_id = last_fit.fit_id
            and finished.settings_hash = last_fit.settings_hash,
            false
        ) as is_explained

    from drift

    cross join present

    cross join last_fit

    cross join finished

    cross join remaining

)

select
    '{{ population }}' as population,
    as_of,
    fit_id,
    settings_hash,
    has_same_customers,
    case when cause is null then verdict else 'refit' end as verdict,
    coalesce(cause, reason) as reason,
    '{{ mode }}' as mode,
    {% if mode == 'auto' %}
    cause is not null or verdict = 'refit' as is_fit_due,
    {% else %}
    {{ mode == 'fit' }} as is_fit_due,
    {% endif %}
    is_explained

from judged
{% endmacro %}
