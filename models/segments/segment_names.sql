{# One row per segment: its name and action, by the first rule of the playbook that its levels meet.
   Segments that meet the same rule are told apart by their other levels, and where these are the
   same too, by a number in order of value. #}
with

segments as (

    select
        segment_levels.population,
        segment_levels.segment_id,
        list(segment_levels.axis || '=' || segment_levels.level) as levels,
        string_agg(level_words.words, ', ' order by segment_levels.axis) filter (
            where segment_levels.axis != 'value'
        ) as words

    from {{ ref('segment_levels') }} as segment_levels

    left join {{ ref('level_words') }} as level_words
        on
            segment_levels.axis = level_words.axis
            and segment_levels.level = level_words.level

    group by
        segment_levels.population,
        segment_levels.segment_id

),

playbook as (

    select * from {{ ref('segment_playbook') }}

),

named as (

    select
        segments.population,
        segments.segment_id,
        segments.words,
        min_by(playbook.name, playbook.priority) as name,
        min_by(playbook.action, playbook.priority) as action

    from segments

    inner join playbook
        on
            playbook.population in ('*', segments.population)
            and list_has_all(segments.levels, string_split(playbook.rule, ' '))

    group by
        segments.population,
        segments.segment_id,
        segments.words

),

told_apart as (

    select
        *,
        case
            when count(*) over (partition by population, name) = 1 then name
            else name || coalesce(' (' || words || ')', '')
        end as longer_name

    from named

),

numbered as (

    select
        population,
        segment_id,
        case
            when count(*) over (partition by population, longer_name) = 1 then longer_name
            else
                longer_name
                || ' '
                || row_number() over (partition by population, longer_name order by segment_id)
        end as segment_name,
        action

    from told_apart

)

select * from numbered
