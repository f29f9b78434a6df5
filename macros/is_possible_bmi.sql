{# Whether a body mass index, in kilograms per square metre, can be that of a living person:
   {{ is_possible_bmi('46.17') }} gives true, {{ is_possible_bmi('0') }} gives false. #}
{% macro is_possible_bmi(bmi) -%}
    ({{ bmi }} between 7 and 210)
{%- endmacro %}
