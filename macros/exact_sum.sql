{# A sum of fractions that is the same in any order and with any number of threads (a sum of floats
   is not), to nine decimals: {{ exact_sum('x') }} gives 0.6 for 0.1, 0.2 and 0.3. #}
{% macro exact_sum(expression) -%}
    cast(sum(cast({{ expression }} as decimal(38, 9))) as double)
{%- endmacro %}
