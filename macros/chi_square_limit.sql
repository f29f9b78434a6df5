{# The number that a chi-square value of so many degrees of freedom exceeds with a small chance:
   Wilson and Hilferty (1931), within 3 % for chances from 0.05 to 0.001 and above the number for
   smaller ones. {{ chi_square_limit('9', '0.05') }} gives 16.9, and 0 for no degrees. #}
{% macro chi_square_limit(degrees, chance) -%}
    coalesce(
        {{ degrees }} * power(
            1 - 2 / (9e0 * nullif({{ degrees }}, 0))
            + {{ normal_limit(chance) }} * sqrt(2 / (9e0 * nullif({{ degrees }}, 0))),
            3
        ),
        0
    )
{%- endmacro %}
