{{ config(materialized='fitted', meta={'explains_fit': true}) }}

{# One row per customer who was known at the cut-off: the segment by the model of then. #}
{{ score_customers(
    customers=ref('clickstream_backtest_imputed'), model=ref('clickstream_backtest_model')
) }}
