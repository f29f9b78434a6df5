{{ config(materialized='view') }}

{# One row per segment and feature: how the segment differs from all customers. #}
with

profiles as (

    select * from {{ ref('profiles') }}

),

names as (

    select * from {{ ref('segment_names') }}

)

select
    profiles.population,
    profiles.segment_id,
    names.segment_name,
    profiles.feature,
    profiles.is_clustered,
    profiles.is_share,
    profiles.segment_mean,
    profiles.population_mean,
    profiles.ratio,
    profiles.lift,
    profiles.chance,
    profiles.beats_chance,
    profiles.imputed_share,
    cast(row_number() over (
        partition by profiles.population, profiles.segment_id
        order by abs(profiles.lift) desc, profiles.feature
    ) as integer) as rank

from profiles

inner join names
    on
        profiles.population = names.population
        and profiles.segment_id = names.segment_id
