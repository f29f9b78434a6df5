{# A sample standard deviation that is the same in any order and with any number of threads, to four
   decimals of the values; NULL for fewer than two values.
   {{ exact_spread('x') }} gives 1 for 1, 2 and 3. #}
{% macro exact_spread(expression) -%}
    case when count({{ expression }}) > 1 then sqrt(greatest(0, (
        {{ exact_sum('power(' ~ expression ~ ', 2)') }}
        - power({{ exact_sum(expression) }}, 2) / count({{ expression }})
    ) / (count({{ expression }}) - 1))) end
{%- endmacro %}
