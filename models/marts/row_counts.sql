{# One row per raw source: where its rows went. Each raw row is staged, rejected or an exact duplicate
   of one that was. #}
with

counts as (

    {% for population, entities in var('populations').items() %}
    {% set is_last_population = loop.last %}
    {% for entity in entities %}
    {% set base = ref('base_' ~ population ~ '__' ~ entity) %}
    {% set unreadable = ref('base_' ~ population ~ '__unreadable_' ~ entity) %}
    {% set staged = ref('stg_' ~ population ~ '__' ~ entity) %}
    {% set rejected = ref('stg_' ~ population ~ '__rejected_' ~ entity) %}
    select
        '{{ population }}' as population,
        '{{ entity }}' as source,
        base.split_rows,
        base.distinct_split_rows,
        (select count(*) from {{ unreadable }}) as unreadable_rows,
        (select count(distinct raw_row) from {{ unreadable }}) as distinct_unreadable_rows,
        (select count(*) from {{ staged }}) as staged_rows,
        (select count(*) from {{ rejected }} where scope = 'row') as rejected_rows
    from (
        select
            coalesce(sum(copies), 0) as split_rows,
            count(*) as distinct_split_rows
        from {{ base }}
    ) as base
    {{ 'union all' if not (loop.last and is_last_population) }}
    {% endfor %}
    {% endfor %}

)

select
    population,
    source,
    cast(split_rows + unreadable_rows as bigint) as raw_rows,
    staged_rows,
    rejected_rows,
    cast(
        split_rows + unreadable_rows - distinct_split_rows - distinct_unreadable_rows as bigint
    ) as duplicate_rows

from counts
