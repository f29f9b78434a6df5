{# One row per segment: its name and action, by the first rule of the playbook that its levels meet.
   Segments that meet the same rule are told apart by the axes on which they differ, and where they
   differ on none, by a number in order of value. #}
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

numbered as (

    select
        *,
        count(*) over (partition by population, name) as namesake_count,
        row_number() over (partition by population, name order by segment_id) as namesake_number

    from told_apart

)

select
    population,
    segment_id,
    case when namesake_count = 1 then name else name || ' ' || namesake_number end as segment_name,
    action

from numbered
