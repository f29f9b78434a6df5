{# The standard deviation of numbers (not of a sample) from their count, sum and sum of squares:
   {{ spread_of_sums('4', '12', '52') }} gives 2; 0 where rounding leaves less, and of none. #}
{% macro spread_of_sums(count, total, squares) -%}
    sqrt(greatest(
        0, {{ squares }} / nullif({{ count }}, 0) - power({{ total }} / nullif({{ count }}, 0), 2)
    ))
{%- endmacro %}
