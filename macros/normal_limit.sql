{# The number that a standard normal value exceeds with a chance of at most a half, within 0.0005:
   formula 26.2.23 of Abramowitz and Stegun (1964). {{ normal_limit('0.025') }} gives 1.96, and 0
   for 0.5. #}
{% macro normal_limit(chance) -%}
    list_transform(
        [sqrt(-2 * ln({{ chance }}))],
        lambda root: root - (2.515517 + 0.802853 * root + 0.010328 * power(root, 2))
        / (1 + 1.432788 * root + 0.189269 * power(root, 2) + 0.001308 * power(root, 3))
    )[1]
{%- endmacro %}
