{{ config(materialized='fitted', meta={'explains_fit': true}) }}

{# One row per group of customers: what they did after the cut-off, and how well the order of the
   groups, by what they had spent before, told it. #}
{{ backtest_scores(
    groups=ref('clickstream_backtest_groups'), moments=ref('clickstream_as_of')
) }}
