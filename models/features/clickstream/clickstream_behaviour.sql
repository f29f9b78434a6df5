{# One row per point in time and customer: what the customer does up to then, how much of it in one
   visit, and when. #}
with

sessions as (

    select
        *,
        {{ dbt.datediff(
            'lag(started_at) over visits', 'started_at', 'second'
        ) }} as gap_seconds

    from {{ ref('clickstream_sessions') }}

    window visits as (partition by as_of, customer_id order by started_at, session_id)

),

times as (

    select * from {{ ref('clickstream_times') }}

),

customers as (

    select
        as_of,
        customer_id,
        cast(sum(event_count) as bigint) as event_count,
        cast(sum(view_count) as bigint) as view_count,
        cast(sum(cart_count) as bigint) as cart_count,
        cast(sum(purchase_count) as bigint) as purchase_count,
        cast(sum(refund_count) as bigint) as refund_count,
        count(*) as session_count,
        sum({{ dbt.datediff('started_at', 'ended_at', 'second') }}) / 60.0 / count(*)
            as session_minutes,
        sum(gap_seconds) / 86400.0 / nullif(count(gap_seconds), 0) as gap_days,
        {{ exact_spread('gap_seconds') }} / 86400.0 as gap_days_spread

    from sessions

    group by
        as_of,
        customer_id

),

behaviour as (

    select
        customers.as_of,
        customers.customer_id,
        customers.event_count,
        customers.view_count,
        customers.cart_count,
        customers.refund_count,
        {{ share('customers.view_count', 'customers.event_count') }} as view_share,
        {{ share('customers.cart_count', 'customers.event_count') }} as cart_share,
        {{ share('customers.purchase_count', 'customers.event_count') }} as purchase_share,
        {{ conversion_rate('customers.cart_count', 'customers.view_count') }}
            as view_to_cart_rate,
        {{ conversion_rate('customers.purchase_count', 'customers.cart_count') }}
            as cart_to_purchase_rate,
        customers.session_count,
        cast(customers.event_count as double) / customers.session_count as events_per_session,
        customers.session_minutes,
        customers.gap_days,
        customers.gap_days_spread,
        times.active_day_count,
        times.weekend_share,
        times.night_share,
        times.hour_diversity

    from customers

    inner join times
        on
            customers.as_of = times.as_of
            and customers.customer_id = times.customer_id

)

select * from behaviour
