{# One row per segment: the three clustered features in which it differs most from all customers, in
   words with numbers, and how much of it was filled in. #}
{% set unit = "case when contains(profiles.feature, ' = ') then 'percent' else words.unit end" %}
with

clustered as (

    select * from {{ ref('dimensions') }}

),

profiles as (

    select * from {{ ref('profiles') }}

),

words as (

    select * from {{ ref('feature_words') }}

),

ranked as (

    select
        profiles.population,
        profiles.segment_id,
        coalesce(words.words, replace(split_part(profiles.feature, ' = ', 1), '_', ' '))
        || case
            when contains(profiles.feature, ' = ')
                then substr(profiles.feature, instr(profiles.feature, ' = ') + 2)
            else ''
        end
        || ' '
        || {{ readable_number('profiles.segment_mean', unit) }}
        || ' (average '
        || {{ readable_number('profiles.population_mean', unit) }}
        || case
            when profiles.imputed_share >= 0.005
                then
                    ', ' || {{ readable_number('profiles.imputed_share', "'percent'") }}
                    || ' filled in'
            else ''
        end
        || ')' as phrase,
        row_number() over (
            partition by profiles.population, profiles.segment_id
            order by abs(profiles.lift) desc, profiles.feature
        ) as rank

    from profiles

    inner join clustered
        on
            profiles.population = clustered.population
            and profiles.feature = clustered.dimension

    left join words
        on split_part(profiles.feature, ' = ', 1) = words.feature

)

select
    population,
    segment_id,
    string_agg(phrase, '; ' order by rank) as headline

from ranked

where rank <= 3

group by
    population,
    segment_id
