{{ config(
    materialized='incremental',
    full_refresh=false,
    incremental_strategy='append',
    pre_hook="{{ forget_moments(ref('fitbit_as_of'), ref('fitbit_fits')) }}"
) }}

{# One row per moment, fit and customer, kept from build to build: the customer's segment then. #}
{{ score_history(
    population='fitbit',
    features=ref('fitbit_observed_features'),
    moments=ref('fitbit_as_of'),
    imputed=ref('fitbit_imputed'),
    fits=ref('fitbit_fits')
) }}
