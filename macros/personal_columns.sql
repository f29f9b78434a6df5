{# The names of the columns that the YAML of any model or source marks with the tag personal:
   {{ personal_columns() }} gives ['e_mail'] where one column of that name has it, in small letters, and
   nothing while dbt only parses. #}
{% macro personal_columns() -%}
    {%- set names = [] -%}
    {%- if execute -%}
    {%- for node in (graph.nodes.values() | list) + (graph.sources.values() | list) -%}
        {%- for column in node.columns.values() if 'personal' in column.tags -%}
            {%- do names.append(column.name | lower) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- endif -%}
    {{ return(names) }}
{%- endmacro %}
