{# One row per period and pair of segments: how many customers went from the one to the other
   between two moments, both scored by the same fit, so that only customers move and never the
   borders of segments. Everyone who is there at either moment is counted once. #}
with

compared as (

    select
        population,
        fit_id,
        as_of as from_as_of,
        next_as_of as to_as_of,
        unnest([as_of, next_as_of]) as as_of

    from {{ ref('snapshots') }}

    where next_as_of is not null

),

customers as (

    select
        compared.population,
        compared.fit_id,
        compared.from_as_of,
        compared.to_as_of,
        max(histories.segment_id) filter (where compared.as_of = compared.from_as_of)
            as from_segment_id,
        max(histories.segment_id) filter (where compared.as_of = compared.to_as_of)
            as to_segment_id

    from compared

    inner join {{ ref('histories') }} as histories
        on
            compared.population = histories.population
            and compared.fit_id = histories.fit_id
            and compared.as_of = histories.as_of

    group by
        compared.population,
        compared.fit_id,
        compared.from_as_of,
        compared.to_as_of,
        histories.customer_id

),

flows as (

    select
        *,
        count(*) as customers

    from customers

    group by all

),

names as (

    select * from {{ ref('segment_names') }}

)

select
    flows.population,
    flows.fit_id,
    flows.from_as_of,
    flows.to_as_of,
    flows.from_segment_id,
    origins.segment_name as from_segment_name,
    flows.to_segment_id,
    destinations.segment_name as to_segment_name,
    flows.customers,
    case
        when flows.from_segment_id is not null
            then flows.customers / sum(flows.customers) over (
                partition by flows.population, flows.from_as_of, flows.from_segment_id
            )
    end as share,
    case
        when flows.from_segment_id is null then 'entered'
        when flows.to_segment_id is null then 'left'
        when flows.from_segment_id = flows.to_segment_id then 'stayed'
        else 'moved'
    end as kind

from flows

left join names as origins
    on
        flows.population = origins.population
        and flows.from_segment_id = origins.segment_id

left join names as destinations
    on
        flows.population = destinations.population
        and flows.to_segment_id = destinations.segment_id

order by
    flows.population,
    flows.from_as_of,
    flows.from_segment_id,
    flows.to_segment_id
