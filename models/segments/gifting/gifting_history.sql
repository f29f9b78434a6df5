{{ config(
    materialized='incremental',
    full_refresh=false,
    incremental_strategy='append',
    pre_hook="{{ forget_moments(ref('gifting_as_of'), ref('gifting_fits')) }}"
) }}

{# One row per moment, fit and customer, kept from build to build: the customer's segment then. #}
{{ score_history(
    population='gifting',
    features=ref('gifting_observed_features'),
    moments=ref('gifting_as_of'),
    imputed=ref('gifting_imputed'),
    fits=ref('gifting_fits')
) }}
