{# One row: whether the fit of a population still holds for its customers of today, why, and whether
   this build fits anew. #}
{% macro judge_fit(population, features, as_of, drift) %}
{% set fit = current_fit(population) %}
{% set hash = settings_hash(population, features) %}
{% set finished = last_build(population ~ '_finished_fit') %}
{% set earlier = last_build(population ~ '_verdict') %}
{% set mode = run_mode() %}
{% set lost = lost_features(features, fit.rows) if fit else [] %}
{% if execute and mode == 'score' and not fit and not finished %}
    {{ exceptions.raise_compiler_error(
        "the variable mode is score, but there is no fit of " ~ population ~ " to score with: build "
        ~ "once without it."
    ) }}
{% elif lost and mode == 'score' %}
    {{ exceptions.raise_compiler_error(
        "the variable mode is score, but the fit of " ~ population ~ " needs features that are gone or "
        ~ "have another type: " ~ lost | join(', ') ~ ". Bring them back, or build "
        ~ "without mode, which makes a new fit."
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
        {{ "'" ~ fit.settings_hash ~ "'" if fit else 'cast(null as varchar)' }} as settings_hash,
        {{ fit.attempt if fit else 'cast(null as integer)' }} as attempt

),

{# The number of the last build that set out to fit. #}
attempts as (

    select {{ 'coalesce(max(attempt), 0)' if earlier else 0 }} as attempt

    {{ 'from ' ~ earlier if earlier }}

),

customers as (

    select count(*) as customers

    from {{ features }}

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

judged as (

    select
        present.as_of,
        last_fit.fit_id,
        '{{ hash }}' as settings_hash,
        attempts.attempt,
        customers.customers = 0 and last_fit.fit_id is not null as is_empty,
        case
            when last_fit.fit_id is null then 'there was no fit yet'
            when last_fit.settings_hash != '{{ hash }}'
                then 'the settings, the features or the folder of the raw data have changed'
            when attempts.attempt > last_fit.attempt
                then 'the last build was broken off before its fit was there'
            {% if mode == 'fit' %}
            else 'the variable mode asks for it'
            {% endif %}
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

    cross join attempts

    cross join customers

),

decided as (

    select
        *,
        case
            when is_empty then 'keep'
            when cause is null then verdict
            else 'refit'
        end as decision,
        case
            when is_empty then 'there are no customers today'
            else coalesce(cause, reason)
        end as why

    from judged

)

select
    '{{ population }}' as population,
    as_of,
    fit_id,
    settings_hash,
    decision as verdict,
    why as reason,
    '{{ mode }}' as mode,
    {{ 'false' if mode == 'score' else "decision = 'refit'" }} as is_fit_due,
    is_explained,
    attempt + {{ '0' if mode == 'score' else "cast(decision = 'refit' as integer)" }} as attempt

from decided
{% endmacro %}
