{# Groups of customers, by the segment and by the RFM cell of a cut-off, and by whether they were
   known then: one row per group, with what they had spent, and what they did after it. Groups of a
   kind are ranked by what their customers had spent on average; equal ones by their RFM cell, the
   highest first, or by their segment. #}
{% macro backtest_groups(features, segments, outcomes, bought) %}
with

customers as (

    select
        outcomes.*,
        features.{{ bought }} as bought_count,
        features.monetary,
        features.rfm_cell,
        segments.segment_id

    from {{ outcomes }} as outcomes

    left join {{ features }} as features
        on outcomes.customer_id = features.customer_id

    left join {{ segments }} as segments
        on outcomes.customer_id = segments.customer_id

),

memberships as (

    select
        'segment' as grouped_by,
        cast(segment_id as varchar) as group_name,
        -segment_id as tie_breaker,
        *

    from customers

    where is_known

    union all

    select
        'rfm_cell' as grouped_by,
        rfm_cell as group_name,
        cast(rfm_cell as integer) as tie_breaker,
        *

    from customers

    where is_known

    union all

    select
        'cutoff' as grouped_by,
        case when is_known then 'known' else 'new' end as group_name,
        0 as tie_breaker,
        *

    from customers

),

measured as (

    select
        grouped_by,
        group_name,
        is_known,
        tie_breaker,
        count(*) as customers,
        count(*) filter (where bought_count > 0) as buyers,
        {{ exact_sum('monetary') }} / count(*) as monetary_per_customer,
        count(*) filter (where later_event_count > 0) as returned,
        count(*) filter (where later_purchase_count > 0) as later_buyers,
        count(*) filter (where bought_count > 0 and later_purchase_count > 0)
            as repeat_buyers,
        sum(later_revenue) as later_revenue,
        sum(later_refunded) as later_refunded

    from memberships

    group by
        grouped_by,
        group_name,
        is_known,
        tie_breaker

)

select
    * exclude (tie_breaker),
    case
        when is_known
            then row_number() over (
                partition by
                    grouped_by,
                    is_known
                order by
                    monetary_per_customer desc,
                    tie_breaker desc
            )
    end as value_rank

from measured
{% endmacro %}
