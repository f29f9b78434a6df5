{# The SQL expressions of a stored model, in order of position: each makes one dimension of the
   scaled space from the features. {{ stored_expressions(ref('clickstream_model')) | join(', ') }} gives
   ("monetary" - 12.5e0) / 3e0, … and nothing while dbt only parses. #}
{% macro stored_expressions(model) -%}
    {%- if not execute -%}{{ return([]) }}{%- endif -%}
    {{ return(run_query(
        'select expression from ' ~ model ~ ' order by position'
    ).columns[0].values() | list) }}
{%- endmacro %}
