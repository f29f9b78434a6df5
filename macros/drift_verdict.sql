{# One row: what the measures of a population say together, and why. The worst measure decides; of
   those that are as bad, the one that is furthest beyond its size. #}
{% macro drift_verdict(measures) %}
with

measures as (

    select
        *,
        case verdict when 'refit' then 2 when 'rescore' then 1 else 0 end as severity,
        case verdict when 'refit' then large else notable end as size

    from {{ measures }}

    where value is not null

),

{# One row, NULL where nothing was measured. #}
worst as (

    select
        count(*) as compared,
        max(severity) as severity,
        arg_max(
            {
                'measure': measure,
                'name': name,
                'value': value,
                'chance_limit': chance_limit,
                'size': size
            },
            (severity, value / size, measure, name)
        ) as furthest,
        count(*) filter (where severity = 2) as refits,
        count(*) filter (where severity >= 1) as moves

    from measures

),

worded as (

    select
        *,
        case furthest.measure
            when 'feature' then furthest.name || ' has moved: stability index '
            when 'missing'
                then furthest.name || ' is missing for more or fewer customers: stability index '
            when 'segments' then 'the sizes of the segments have moved: stability index '
            when 'out of range' then 'customers lie beyond the values that the fit knew: '
            when 'centroid'
                then 'the customers of segment ' || furthest.name || ' have moved: by '
        end as what,
        case furthest.measure
            when 'out of range' then 'percent'
            when 'centroid' then 'spreads'
            else ''
        end as unit,
        case when furthest.measure = 'out of range' then 'percent' else '' end as limit_unit,
        case severity when 2 then 'a large' else 'a notable' end as size_word,
        case severity when 2 then refits else moves end as calls

    from worst

)

select
    case severity when 2 then 'refit' when 1 then 'rescore' else 'keep' end as verdict,
    case
        when compared = 0 then 'there is nothing to compare'
        when severity = 0
            then 'none of the ' || compared || ' measures has moved by more than chance and far enough '
                || 'to matter'
        else what || {{ readable_number('furthest.value', 'unit') }}
            || ', where up to ' || {{ readable_number('furthest.chance_limit', 'limit_unit') }}
            || ' is chance and ' || {{ readable_number('furthest.size', 'limit_unit') }} || ' is '
            || size_word || ' change; ' || calls || ' of ' || compared || ' measures '
            || case when calls = 1 then 'calls' else 'call' end
            || case severity when 2 then ' for a refit' else ' for a rescoring' end
    end as reason

from worded
{% endmacro %}
