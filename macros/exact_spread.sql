{# A sample standard deviation of whole numbers that is the same in any order and with any number of
   threads; NULL for fewer than two values. {{ exact_spread('x') }} gives 1 for 1, 2 and 3. #}
{% macro exact_spread(expression) -%}
    case when count({{ expression }}) > 1 then sqrt(
        (
            count({{ expression }}) * sum(cast({{ expression }} as hugeint) * {{ expression }})
            - sum(cast({{ expression }} as hugeint)) * sum(cast({{ expression }} as hugeint))
        ) / (cast(count({{ expression }}) as double) * (count({{ expression }}) - 1))
    ) end
{%- endmacro %}
