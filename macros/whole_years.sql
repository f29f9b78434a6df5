{# Whole years from one point in time to another, such as an age:
   {{ whole_years("timestamp '1980-06-15'", "timestamp '2020-06-14'") }} gives 39. #}
{% macro whole_years(earlier, later) -%}
    date_sub('year', {{ earlier }}, {{ later }})
{%- endmacro %}
