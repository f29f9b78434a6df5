{# Days from one point in time to another, with their fraction:
   {{ days_between("timestamp '2019-10-01 00:00:00'", "timestamp '2019-10-02 12:00:00'") }}
   gives 1.5. #}
{% macro days_between(earlier, later) -%}
    ({{ dbt.datediff(earlier, later, 'second') }} / 86400.0)
{%- endmacro %}
