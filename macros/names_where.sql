{# The names whose condition holds for a row, as a list:
   {{ names_where({'income': 'income is null'}) }} gives ['income'] where there is no income, and []
   elsewhere. #}
{% macro names_where(conditions) -%}
    list_filter(
        cast([
            {%- for name, condition in conditions.items() %}
            case when {{ condition }} then {{ dbt.string_literal(dbt.escape_single_quotes(name)) }} end
            {{- ',' if not loop.last }}
            {%- endfor %}
        ] as varchar[]),
        lambda name: name is not null
    )
{%- endmacro %}
