{{ config(materialized='fitted', meta={'explains_fit': true}) }}

{# One row per group of customers: what they did after the cut-off, and how well the order of the
   groups, by what they had spent before, told it. Of how many of the customers stands beside it. #}
with

scores as (

    {{ backtest_scores(
        groups=ref('clickstream_backtest_groups'), moments=ref('clickstream_as_of')
    ) | indent(4) }}

)

select
    scores.*,
    moments.customer_share

from scores

inner join {{ ref('clickstream_as_of') }} as moments
    on scores.cutoff = moments.as_of

order by
    scores.grouped_by,
    scores.value_rank nulls last
