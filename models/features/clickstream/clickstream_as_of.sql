{# One row per point in time from which the customers are looked at: the present, the cut-off of the
   backtest, unless it is switched off or all events happened at one moment, and the moments of the
   variable history. #}
with

moments as (

    {{ points_in_time('clickstream', ref('stg_clickstream__events')) | indent(4) }}

),

customers as (

    select
        approx_count_distinct(customer_id) as customers,
        max(reading) as reading

    from {{ ref('stg_clickstream__events') }}

)

select
    case
        when moments.is_present then 0
        else cast(extract(epoch from moments.as_of) * 1000000 as bigint)
    end as moment,
    moments.*,
    case
        when moments.is_present or moments.is_history then 1.0
        else least(
            1.0, {{ var('clickstream_backtest_customers') }} / greatest(customers.customers, 1.0)
        )
    end as customer_share,
    customers.reading

from moments

cross join customers
