{# Everything in which customers are counted in bins, then and now: one row per measure, name and
   bin, from the CTEs of measure_drift. An item of a list is a question of its own, yes or no; the
   levels of a category are one distribution, with everyone else as one more level. #}
{% macro drift_bins(dimensions, tallies, scored) %}
with

{# One row per dimension and bin, with the customers whose value is known. #}
dimension_bins as (

    select
        dimensions.dimension,
        dimensions.feature,
        dimensions.kind,
        dimensions.is_first,
        dimensions.known_then,
        bins.bin,
        case
            when dimensions.level is null then dimensions.bin_customers[bins.bin]
            when bins.bin = 2 then dimensions.bin_customers[-1]
            else dimensions.known_then - dimensions.bin_customers[-1]
        end as customers_then,
        coalesce(sum(tallies.customers), 0) as customers_now

    from {{ dimensions }} as dimensions

    cross join unnest(range(1, len(dimensions.bounds) + 2)) as bins (bin)

    left join {{ tallies }} as tallies
        on
            dimensions.position = tallies.position
            and bins.bin = tallies.bin

    group by all

),

{# One row per feature: whose value is known, and who has none of the levels that are dimensions. #}
features as (

    select
        feature,
        kind,
        any_value(known_then) as known_then,
        sum(customers_now) filter (where is_first) as known_now,
        any_value(known_then) - sum(customers_then) filter (where bin = 2) as others_then,
        sum(customers_now) filter (where is_first)
        - sum(customers_now) filter (where bin = 2) as others_now

    from dimension_bins

    group by
        feature,
        kind

),

segments_then as (

    select
        unnest(segment_ids) as segment_id,
        unnest(segment_customers) as customers

    from {{ dimensions }}

    where position = 1

),

segments_now as (

    select
        segment_id,
        count(*) as customers

    from {{ scored }}

    group by segment_id

),

totals as (

    select
        (select sum(customers) from segments_then) as customers_then,
        (select coalesce(sum(customers), 0) from segments_now) as customers_now

)

select
    'feature' as measure,
    case when kind = 'category' then feature else dimension end as name,
    customers_then,
    customers_now

from dimension_bins

where kind != 'category' or bin = 2

union all

select
    'feature' as measure,
    feature as name,
    others_then,
    others_now

from features

where kind = 'category'

union all

select
    'missing' as measure,
    features.feature as name,
    unnest([features.known_then, totals.customers_then - features.known_then]),
    unnest([features.known_now, totals.customers_now - features.known_now])

from features

cross join totals

where
    features.known_then < totals.customers_then
    or features.known_now < totals.customers_now

union all

select
    'segments' as measure,
    'all' as name,
    coalesce(segments_then.customers, 0),
    coalesce(segments_now.customers, 0)

from segments_then

full outer join segments_now
    on segments_then.segment_id = segments_now.segment_id

{# Without a fit there are no segments of then. #}
where exists (select 1 from segments_then)
{% endmacro %}
