{# A table as the last build left it, read without being built before: {{ last_build('clickstream_fits') }}
   gives "customer_segments"."models"."clickstream_fits", and nothing where there is none yet, or
   while dbt only parses. #}
{% macro last_build(name) -%}
    {%- if not execute -%}{{ return(none) }}{%- endif -%}
    {%- set node = graph.nodes['model.' ~ project_name ~ '.' ~ name] -%}
    {{ return(adapter.get_relation(node.database, node.schema, node.alias)) }}
{%- endmacro %}
