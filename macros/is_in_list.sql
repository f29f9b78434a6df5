{# Whether a list of texts holds a name: {{ is_in_list('income', "['age', 'income']") }} gives true. #}
{% macro is_in_list(name, list) -%}
    list_contains({{ list }}, {{ dbt.string_literal(dbt.escape_single_quotes(name)) }})
{%- endmacro %}
