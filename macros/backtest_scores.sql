{# What the groups of a backtest did after its cut-off, and, for all segments and for all RFM cells
   together, how well their order told who would bring the revenue: one row per group. #}
{% macro backtest_scores(groups, moments) %}
with

moments as (

    select
        max(as_of) filter (where is_present) as as_of,
        max(as_of) filter (where is_cutoff) as cutoff

    from {{ moments }}

),

measured as (

    select * from {{ groups }}

),

{# All customers who were known, and those of the segment of the highest value. #}
known as (

    select
        sum(customers) filter (where grouped_by = 'cutoff') as customers,
        sum(later_revenue) filter (where grouped_by = 'cutoff') as later_revenue,
        sum(customers) filter (where grouped_by = 'segment' and value_rank = 1) as top_customers

    from measured

    where is_known

),

{# A group's place in its order: the customers and the revenue of those ahead of it. #}
placed as (

    select
        *,
        sum(customers) over ranked - customers as customers_ahead,
        sum(later_revenue) over ranked - later_revenue as revenue_ahead

    from measured

    where grouped_by != 'cutoff'

    window ranked as (partition by grouped_by order by value_rank)

),

{# One row per kind of group that has an order. Of a group that reaches over the edge of the top
   customers, the part within counts, as if its revenue were spread evenly over its customers. #}
rankings as (

    select
        placed.grouped_by,
        any_value(known.top_customers / known.customers) as top_share,
        {{ exact_sum(
            'placed.later_revenue * least(1, greatest(0, '
            ~ '(known.top_customers - placed.customers_ahead) / placed.customers))'
        ) }} / nullif(any_value(known.later_revenue), 0) as top_revenue_share,
        round(2 * {{ exact_sum(
            'placed.customers / known.customers '
            ~ '* (placed.revenue_ahead + placed.later_revenue / 2)'
        ) }} / nullif(any_value(known.later_revenue), 0) - 1, 9) as revenue_gini

    from placed

    cross join known

    group by placed.grouped_by

)

select
    measured.grouped_by,
    measured.group_name,
    measured.value_rank,
    moments.cutoff,
    moments.as_of,
    {{ days_between('moments.cutoff', 'moments.as_of') }} as days_after,
    measured.customers,
    case when measured.is_known then measured.customers / known.customers end as share,
    measured.monetary_per_customer,
    measured.returned / measured.customers as returned_share,
    measured.later_buyers / measured.customers as purchase_rate,
    measured.buyers,
    measured.repeat_buyers / nullif(measured.buyers, 0) as repeat_purchase_rate,
    measured.later_revenue,
    measured.later_refunded,
    cast(measured.later_revenue as double) / measured.customers as revenue_per_customer,
    cast(measured.later_revenue as double) / measured.customers
    / nullif(cast(known.later_revenue as double) / known.customers, 0) as revenue_ratio,
    case
        when measured.is_known
            then cast(measured.later_revenue as double) / nullif(known.later_revenue, 0)
    end as revenue_share,
    rankings.top_share,
    rankings.top_revenue_share,
    rankings.revenue_gini

from measured

cross join moments

cross join known

left join rankings
    on measured.grouped_by = rankings.grouped_by

order by
    measured.grouped_by,
    measured.value_rank nulls last
{% endmacro %}
