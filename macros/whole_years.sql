{# Whole years from one point in time to another, such as an age:
   {{ whole_years("timestamp '1980-06-15'", "timestamp '2020-06-14'") }} gives 39. Who is born on 29
   February is a year older on 1 March. #}
{% macro whole_years(earlier, later) -%}
    cast(floor((
        extract(year from {{ later }}) * 10000
        + extract(month from {{ later }}) * 100
        + extract(day from {{ later }})
        - extract(year from {{ earlier }}) * 10000
        - extract(month from {{ earlier }}) * 100
        - extract(day from {{ earlier }})
    ) / 10000) as bigint)
{%- endmacro %}
