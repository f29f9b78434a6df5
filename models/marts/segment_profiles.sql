{{ config(materialized='view') }}

{# One row per segment and feature: how the segment differs from all customers. #}
with

profiles as (

    select
        *,
        case
            when is_share then split_part(feature, ' = ', 1)
            else feature
        end as name

    from {{ ref('profiles') }}

),

segments as (

    select * from {{ ref('segment_summary') }}

),

words as (

    select * from {{ ref('feature_words') }}

)

select
    profiles.population,
    profiles.segment_id,
    segments.segment_name,
    segments.customers,
    profiles.feature,
    {{ feature_label('profiles.feature', 'profiles.name', 'words.words') }} as label,
    {{ feature_unit(
        'profiles.name',
        'profiles.is_share',
        'words.feature is not null',
        'words.unit',
        'greatest(profiles.segment_mean, profiles.population_mean)'
    ) }} as unit,
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

inner join segments
    on
        profiles.population = segments.population
        and profiles.segment_id = segments.segment_id

left join words
    on profiles.name = words.feature
