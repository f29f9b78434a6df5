{# One row per segment: the name and action that its profile of today asks for, by the first rule of
   the playbook that its levels meet.
   Segments that meet the same rule are told apart by the axes on which they differ, where they differ
   on none by the feature in which each differs most from all customers, and where that is the same
   too, by a number in order of value. #}
with

segments as (

    select
        population,
        segment_id,
        list(axis || '=' || level) as levels

    from {{ ref('segment_levels') }}

    group by
        population,
        segment_id

),

named as (

    select
        segments.population,
        segments.segment_id,
        min_by(playbook.name, playbook.priority) as name,
        min_by(playbook.action, playbook.priority) as action

    from segments

    inner join {{ ref('segment_playbook') }} as playbook
        on
            playbook.population in ('*', segments.population)
            and list_has_all(segments.levels, string_split(playbook.rule, ' '))

    group by
        segments.population,
        segments.segment_id

),

{# One row per segment and axis, and whether segments of one name differ on it. #}
differences as (

    select
        named.*,
        levels.axis,
        level_words.words,
        min(levels.level) over namesakes != max(levels.level) over namesakes as is_different

    from named

    inner join {{ ref('segment_levels') }} as levels
        on
            named.population = levels.population
            and named.segment_id = levels.segment_id

    left join {{ ref('level_words') }} as level_words
        on
            levels.axis = level_words.axis
            and levels.level = level_words.level

    window namesakes as (partition by named.population, named.name, levels.axis)

),

told_apart as (

    select
        population,
        segment_id,
        action,
        name || coalesce(
            ' (' || string_agg(words, ', ' order by axis) filter (where is_different) || ')', ''
        ) as name

    from differences

    group by
        population,
        segment_id,
        action,
        differences.name

),

tagged as (

    select
        told_apart.* replace (
            name || case
                when count(*) over (partition by told_apart.population, name) = 1 then ''
                else coalesce(' (' || headlines.tag || ')', '')
            end as name
        ),
        headlines.tag

    from told_apart

    left join {{ ref('segment_headlines') }} as headlines
        on
            told_apart.population = headlines.population
            and told_apart.segment_id = headlines.segment_id

)

select
    population,
    segment_id,
    name || case
        when count(*) over (partition by population, name) = 1 then ''
        else ' ' || row_number() over (partition by population, name order by segment_id)
    end as segment_name,
    action,
    tag

from tagged
