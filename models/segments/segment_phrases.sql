{# One row per segment and clustered feature: what a headline says of it, in the words of the seed
   feature_words, or those of its own name. Where the means are at least half as much again apart,
   `more` or `less` with their ratio, and `none` where the segment has nothing of it; else the mean
   beside that of all, and how much of it was filled in, from 5 % on. A feature whose mean and lift (which may be of logarithms) point in different
   ways has no strength. #}
with

clustered as (

    select
        profiles.*,
        case
            when is_share then split_part(feature, ' = ', 1)
            else feature
        end as name

    from {{ ref('profiles') }} as profiles

    where is_clustered

),

worded as (

    select
        clustered.*,
        words.phrase as template,
        words.more,
        words.less,
        words.none,
        coalesce(words.family, clustered.name) as family,
        {{ feature_label('clustered.feature', 'clustered.name', 'words.words') }} as words,
        {{ feature_unit(
            'clustered.name',
            'clustered.is_share',
            'words.feature is not null',
            'words.unit',
            'greatest(clustered.segment_mean, clustered.population_mean)'
        ) }} as unit

    from clustered

    left join {{ ref('feature_words') }} as words
        on clustered.name = words.feature

),

written as (

    select
        *,
        {{ readable_duration('segment_mean', 'unit') }} as value,
        {{ readable_duration('population_mean', 'unit') }} as average,
        case
            when round(ratio, 1) = 2 then 'twice'
            else {{ readable_number('ratio') }} || ' times'
        end as times,
        {{ readable_number('least(0.99, 1 - ratio)', "'percent'") }} as percentage,
        {{ readable_number('imputed_share', "'percent'") }} || ' filled in' as filled

    from worded

),

phrased as (

    select
        *,
        case
            when segment_mean = 0 and population_mean > 0 then none
            when ratio >= 1.5 then replace(more, '{ratio}', times)
            when ratio <= 0.67 then replace(less, '{less}', percentage)
        end as comparison,
        replace(
            coalesce(template, words || case when is_share then ': ' else ' ' end || '{value}'),
            '{value}',
            value
        )
        || ' (average '
        || case
            when unit != 'percent' and split_part(value, ' ', 2) = split_part(average, ' ', 2)
                then split_part(average, ' ', 1)
            else average
        end
        || ')' as statement

    from written

)

select
    population,
    segment_id,
    feature,
    family,
    lift,
    case
        when lift * (segment_mean - population_mean) > 0 then round(abs(lift), 6)
        else 0
    end as strength,
    words || case when lift > 0 then ': high' else ': low' end as tag,
    comparison is not null as is_comparison,
    coalesce(comparison, statement)
    || case when imputed_share >= 0.05 then ' [' || filled || ']' else '' end as phrase

from phrased
