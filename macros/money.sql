{# An amount of money as an exact decimal, rounded to two decimals, or NULL where the text is none or
   has more than twelve digits before the point, so that sums do not depend on their order:
   {{ money("'35.79'") }} gives 35.79. #}
{% macro money(column) -%}
    try_cast({{ column }} as decimal(14, 2))
{%- endmacro %}
