{# The schema as it is named in dbt_project.yml, without the target's name before it:
   {{ generate_schema_name('marts', node) }} gives marts. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ custom_schema_name or target.schema }}
{%- endmacro %}
