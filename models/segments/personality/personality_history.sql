{{ config(
    materialized='incremental',
    full_refresh=false,
    incremental_strategy='append',
    pre_hook="{{ forget_moments(ref('personality_as_of'), ref('personality_fits')) }}"
) }}

{# One row per moment, fit and customer, kept from build to build: the customer's segment then. #}
{{ score_history(
    population='personality',
    features=ref('personality_observed_features'),
    moments=ref('personality_as_of'),
    imputed=ref('personality_imputed'),
    fits=ref('personality_fits')
) }}
