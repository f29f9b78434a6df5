{# Whether someone born that year can have enrolled on that day, at most 110 years old:
   {{ is_possible_birth_year('1893', "date '2014-05-17'") }} gives false. #}
{% macro is_possible_birth_year(birth_year, enrolled_on) -%}
    ({{ birth_year }} between extract(year from {{ enrolled_on }}) - 110
    and extract(year from {{ enrolled_on }}))
{%- endmacro %}
