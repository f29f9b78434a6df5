{# The logarithm of the number of ways to choose some of all: {{ log_choose('5', '2') }} gives 2.303,
   the logarithm of 10. #}
{% macro log_choose(all, some) -%}
    (lgamma({{ all }} + 1) - lgamma({{ some }} + 1) - lgamma({{ all }} - ({{ some }}) + 1))
{%- endmacro %}
