{{ config(materialized='view') }}

{# One row per customer of today, whether the fit saw the customer or not: the segment by the stored
   model, and where the model had to make do. #}
{{ score_customers(
    customers=filled_customers(ref('clickstream_features'), ref('clickstream_imputed')),
    model=fit_in_use(ref('clickstream_fits'))
) }}
