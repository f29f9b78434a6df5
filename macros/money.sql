{# An amount of money, rounded to two decimals, as an exact decimal, or NULL where the text is none, so that sums do not
   depend on their order: {{ money("'35.79'") }} gives 35.79, and a million
   millions or more give NULL. #}
{% macro money(column) -%}
    try_cast({{ column }} as decimal(14, 2))
{%- endmacro %}
