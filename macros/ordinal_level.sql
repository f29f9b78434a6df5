{# The place of a word in an order, counted from 1, or NULL where it is none of its words:
   {{ ordinal_level("'medium'", ['low', 'medium', 'high']) }} gives 2. #}
{% macro ordinal_level(column, levels) -%}
    case {{ column }}
        {%- for level in levels %} when '{{ level }}' then {{ loop.index }}{% endfor %} end
{%- endmacro %}
