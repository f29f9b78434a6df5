{# What the last build read of raw files, as a query with the columns of `listed` and the number of the
   reading: {{ earlier_readings('base_clickstream__files', 'listed') }} gives no row in the first build,
   and files that match none of today where everything is to be built anew. #}
{% macro earlier_readings(name, listed) -%}
    {%- set before = last_build(name) -%}
    {%- if not before -%}
    select
        *,
        0 as reading
    from {{ listed }}
    where false
    {%- elif should_full_refresh() -%}
    select * replace ('' as basis) from {{ before }}
    {%- else -%}
    select * from {{ before }}
    {%- endif -%}
{%- endmacro %}
