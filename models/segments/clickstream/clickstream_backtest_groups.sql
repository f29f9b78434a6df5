{{ config(materialized='fitted', meta={'explains_fit': true}) }}

{# One row per group of customers of the cut-off, and one for those who came later. #}
{{ backtest_groups(
    features=ref('clickstream_backtest_features'),
    segments=ref('clickstream_backtest_segments'),
    outcomes=ref('clickstream_backtest_outcomes'),
    bought='purchase_count'
) }}
