{# A number as an exact decimal, rounded to six decimals, or NULL where the text is none or has more
   than twelve digits before the point, so that sums do not depend on their order:
   {{ exact_number("'53.2999992370605'") }} gives 53.299999, {{ exact_number("'1,5'") }} gives NULL. #}
{% macro exact_number(column) -%}
    try_cast({{ trimmed(column) }} as decimal(18, 6))
{%- endmacro %}
