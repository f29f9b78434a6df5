{# One row per segment: its name and action, by the first rule of the playbook that its levels meet.
   Segments that meet the same rule are told apart by the axes on which they differ, where they differ
   on none by the feature in which each differs most from all customers, and where that is the same
   too, by a number in order of value. #}
with

levels as (

    select
        segment_levels.*,
        level_words.words

    from {{ ref('segment_levels') }} as segment_levels

    left join {{ ref('level_words') }} as level_words
        on
            segment_levels.axis = level_words.axis
            and segment_levels.level = level_words.level

),

segments as (

    select
        population,
        segment_id,
        list(axis || '=' || level) as levels

    from levels

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
        levels.words,
        min(levels.level) over namesakes != max(levels.level) over namesakes as is_different

    from named

    inner join levels
        on
            named.population = levels.population
            and named.segment_id = levels.segment_id

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

strongest as (

    select
        population,
        segment_id,
        tag

    from {{ ref('segment_phrases') }}

    where strength >= 0.5

    qualify row_number() over (
        partition by population, segment_id order by strength desc, feature
    ) = 1

),

tagged as (

    select
        told_apart.population,
        told_apart.segment_id,
        told_apart.action,
        told_apart.name || case
            when count(*) over (partition by told_apart.population, told_apart.name) = 1 then ''
            else coalesce(' (' || strongest.tag || ')', '')
        end as name

    from told_apart

    left join strongest
        on
            told_apart.population = strongest.population
            and told_apart.segment_id = strongest.segment_id

),

numbered as (

    select
        *,
        count(*) over (partition by population, name) as namesake_count,
        row_number() over (partition by population, name order by segment_id) as namesake_number

    from tagged

)

select
    population,
    segment_id,
    case when namesake_count = 1 then name else name || ' ' || namesake_number end as segment_name,
    action

from numbered
