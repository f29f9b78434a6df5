{{ config(
    materialized='incremental',
    full_refresh=false,
    incremental_strategy='append',
    pre_hook="{{ forget_moments(ref('shop_as_of'), ref('shop_fits')) }}"
) }}

{# One row per moment, fit and customer, kept from build to build: the customer's segment then. #}
{{ score_history(
    population='shop',
    features=ref('shop_observed_features'),
    moments=ref('shop_as_of'),
    imputed=ref('shop_imputed'),
    fits=ref('shop_fits')
) }}
