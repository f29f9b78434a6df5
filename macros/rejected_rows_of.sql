{# The rejected raw rows of one entity of a population: its lines that cannot be split into columns,
   and its distinct rows that were given a reason. {{ rejected_rows_of('shop', 'customers') }} is the
   whole of stg_shop__rejected_customers. #}
{% macro rejected_rows_of(population, entity) -%}
select
    'row' as scope,
    'line cannot be split into columns: ' || min(problem) as reason,
    raw_row,
    count(*) as copies

from {{ ref('base_' ~ population ~ '__unreadable_' ~ entity) }}

group by raw_row

union all

select
    'row' as scope,
    rejection_reason as reason,
    raw_row,
    copies

from {{ ref('base_' ~ population ~ '__' ~ entity) }}

where rejection_reason is not null
{%- endmacro %}
