{# The distinct raw rows of one entity whose files come in exports, each with the number of times it
   stands in them and the number of the latest export that has it (0 for a file of no export).
   {{ distinct_rows_of_exports('fitbit', 'sleep') }} gives raw, export_number 2 and copies 2 for a row
   of exports 1 and 2. #}
{% macro distinct_rows_of_exports(population, entity) -%}
select
    struct_pack(*columns(source.* exclude (export))) as raw,
    max(coalesce(exports.export_number, 0)) as export_number,
    count(*) as copies

from {{ source(population, entity) }} as source

left join {{ ref('base_' ~ population ~ '__exports') }} as exports
    on source.export = exports.export

group by raw
{%- endmacro %}
