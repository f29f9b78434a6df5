{{ config(materialized='view') }}

{# One row per segment: how many customers, what sets them apart and what to do. #}
with

segments as (

    select
        population,
        segment_id,
        segment_name,
        count(*) as customers

    from {{ ref('segments') }}

    group by
        population,
        segment_id,
        segment_name

),

headlines as (

    select * from {{ ref('segment_headlines') }}

),

names as (

    select * from {{ ref('segment_names') }}

),

verdicts as (

    select
        population,
        structure

    from {{ ref('cluster_scores') }}

    where is_chosen

)

select
    segments.population,
    segments.segment_id,
    segments.segment_name,
    segments.customers,
    segments.customers / sum(segments.customers) over (partition by segments.population) as share,
    case
        when count(*) over (partition by segments.population) = 1
            then 'every customer: no groups stand out'
        else headlines.headline
    end as headline,
    names.action,
    verdicts.structure

from segments

inner join names
    on
        segments.population = names.population
        and segments.segment_id = names.segment_id

left join headlines
    on
        segments.population = headlines.population
        and segments.segment_id = headlines.segment_id

inner join verdicts
    on segments.population = verdicts.population
