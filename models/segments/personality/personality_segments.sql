{{ config(materialized='view') }}

{# One row per customer of today, whether the fit saw the customer or not: the segment by the stored
   model, and where the model had to make do. #}
{{ score_customers(
    customers=filled_customers(ref('personality_features'), ref('personality_imputed')),
    model=fit_in_use(ref('personality_fits'))
) }}
