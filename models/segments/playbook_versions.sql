{{ config(materialized='view') }}

{# One row per population: a hash of everything that names its segments, which changes with it. It
   comes after the profiles, so that a population of one's own that is built alone has one too. #}
-- depends_on: {{ ref('profiles') }}
with

rules as (

    select
        population,
        concat_ws('|', priority, rule, name, action) as line

    from {{ ref('segment_playbook') }}

    union all

    select
        '*' as population,
        concat_ws('|', axis, level, words) as line

    from {{ ref('level_words') }}

),

populations (population) as (

    select unnest([{{ "'" ~ var('populations') | join("', '") ~ "'" }}])

)

select
    populations.population,
    md5(string_agg(rules.line, chr(10) order by rules.line)) as playbook_hash

from populations

inner join rules
    on rules.population in ('*', populations.population)

group by populations.population
