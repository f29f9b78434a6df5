{# One row per customer: what the customer is worth, and the segment, ready to be added up. A
   population without money or without orders has no such column, and NULL here. #}
with

features as (

    select
        cast(null as double) as monetary,
        cast(null as bigint) as order_count,
        cast(null as bigint) as purchase_count,
        cast(null as double) as average_order_value

    where false

    {% for population in var('populations') %}
    union all by name
    select
        '{{ population }}' as population,
        columns('^(customer_id|monetary|order_count|purchase_count|average_order_value)$')

    from {{ ref(population ~ '_features') }}
    {% endfor %}

),

verdicts as (

    select
        population,
        as_of

    from {{ ref('fit_verdicts') }}

),

populations as (

    select
        population,
        count(*) as customers

    from {{ ref('segments') }}

    group by population

),

joined as (

    select
        segments.population,
        segments.customer_id,
        segments.segment_id,
        segments.segment_name,
        verdicts.as_of,
        features.average_order_value,
        cast(features.monetary as double) as revenue,
        cast(coalesce(features.order_count, features.purchase_count) as bigint) as orders,
        1 / populations.customers as population_share

    from {{ ref('segments') }} as segments

    inner join features
        on
            segments.population = features.population
            and segments.customer_id = features.customer_id

    inner join verdicts
        on segments.population = verdicts.population

    inner join populations
        on segments.population = populations.population

)

select
    population,
    customer_id,
    segment_id,
    segment_name,
    as_of,
    revenue,
    orders,
    case when orders = 0 then 0 else average_order_value * orders end as order_value,
    population_share

from joined
