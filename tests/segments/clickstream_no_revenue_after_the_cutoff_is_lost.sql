{# Returns what the customers of the backtest spent after the cut-off, where that is not, to half a
   cent, what they had spent by today less what they had spent by the cut-off. #}
with

cutoff as (

    select customer_share

    from {{ ref('clickstream_as_of') }}

    where is_cutoff

),

features as (

    select
        coalesce(sum(case
            when features.is_cutoff then -features.monetary
            when features.is_present then features.monetary
        end), 0) as spent_since

    from {{ ref('clickstream_observed_features') }} as features

    inner join cutoff
        on {{ is_in_share('features.customer_id', 'cutoff.customer_share') }}

),

backtest as (

    select coalesce(sum(later_revenue - later_refunded), 0) as spent_later

    from {{ ref('clickstream_backtest') }}

    where grouped_by = 'cutoff'

)

select * from features

cross join backtest

where abs(features.spent_since - backtest.spent_later) >= 0.005
