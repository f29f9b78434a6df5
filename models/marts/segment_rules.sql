{# One row per segment: the rule to show, and how well it fits. #}
with

rules as (

    {% for population in var('populations') %}
    {% set customers = ref(population ~ '_imputed') %}
    select
        *,
        '{{ customers.schema }}.{{ customers.identifier }}' as table_name

    from {{ ref(population ~ '_segment_rules') }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

names as (

    select * from {{ ref('segment_names') }}

)

select
    rules.population,
    rules.segment_id,
    names.segment_name,
    rules.table_name,
    rules.rule,
    rules.conditions,
    rules.customers,
    rules.customers_matched,
    rules.precision,
    rules.recall,
    rules.fidelity,
    rules.method

from rules

inner join names
    on
        rules.population = names.population
        and rules.segment_id = names.segment_id

where rules.is_recommended
