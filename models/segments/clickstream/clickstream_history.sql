{{ config(
    materialized='incremental',
    full_refresh=false,
    incremental_strategy='append',
    pre_hook="{{ forget_moments(ref('clickstream_as_of'), ref('clickstream_fits')) }}"
) }}

{# One row per moment, fit and customer, kept from build to build: the customer's segment then. #}
{{ score_history(
    population='clickstream',
    features=ref('clickstream_observed_features'),
    moments=ref('clickstream_as_of'),
    imputed=ref('clickstream_imputed'),
    fits=ref('clickstream_fits')
) }}
