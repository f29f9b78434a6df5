{# One row per segment: the three clustered features in which it differs most from all customers, in
   words with numbers. #}
with

clustered as (

    {% for population in var('populations') %}
    select distinct
        population,
        feature

    from {{ ref(population ~ '_model') }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

profiles as (

    {% for population in var('populations') %}
    select * from {{ ref(population ~ '_profiles') }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

words as (

    select * from {{ ref('feature_words') }}

),

ranked as (

    select
        profiles.population,
        profiles.segment_id,
        coalesce(words.words, replace(profiles.feature, '_', ' '))
        || ' '
        || {{ readable_number('profiles.segment_mean', 'words.unit') }}
        || ' (average '
        || {{ readable_number('profiles.population_mean', 'words.unit') }}
        || ')' as phrase,
        row_number() over (
            partition by profiles.population, profiles.segment_id
            order by abs(profiles.lift) desc, profiles.feature
        ) as rank

    from profiles

    inner join clustered
        on
            profiles.population = clustered.population
            and profiles.feature = clustered.feature

    left join words
        on profiles.feature = words.feature

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
