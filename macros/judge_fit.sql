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

state as (

    select
        (select max(as_of) from {{ as_of }} where is_present) as as_of,
        '{{ hash }}' as settings_hash,
        {{ fit.fit_id if fit else 'cast(null as integer)' }} as fit_id,
        {{ "'" ~ fit.settings_hash ~ "'" if fit else 'cast(null as varchar)' }} as fit_settings_hash,
        {% if finished %}
        (select max(fit_id) from {{ finished }}) as finished_fit_id,
        {% else %}
        cast(null as integer) as finished_fit_id,
        {% endif %}
        {% if imputed %}
        exists (
            select 1 from {{ features }} as features
            inner join {{ imputed }} as imputed on features.customer_id = imputed.customer_id
        ) as has_same_customers
        {% else %}
        false as has_same_customers
        {% endif %}

),

drift as (

    {{ drift_verdict(drift) | indent(4) }}

),

judged as (

    select
        state.as_of,
        state.settings_hash,
        state.fit_id,
        state.has_same_customers,
        case
            when state.fit_id is null
                then {'verdict': 'refit', 'reason': 'there was no fit yet'}
            when state.settings_hash != state.fit_settings_hash
                then {
                    'verdict': 'refit',
                    'reason': 'the settings, the features or the folder of the raw data have changed'
                }
            when not state.has_same_customers
                then {'verdict': 'refit', 'reason': 'none of the customers of the fit is left'}
            when state.finished_fit_id is distinct from state.fit_id
                then {'verdict': 'refit', 'reason': 'the last fit was not finished'}
            else {'verdict': drift.verdict, 'reason': drift.reason}
        end as judgement

    from state

    cross join drift

)

select
    '{{ population }}' as population,
    as_of,
    fit_id,
    settings_hash,
    has_same_customers,
    judgement.verdict,
    judgement.reason,
    '{{ mode }}' as mode,
    {% if mode == 'auto' %}judgement.verdict = 'refit'{% else %}{{ mode == 'fit' }}{% endif %} as is_fit_due

from judged
{% endmacro %}
