{# The number of the last reading of raw files that found something of a table's rows, 0 for none:
   {{ last_reading(last_build('clickstream_visits')) }} gives 3 after the third. #}
{% macro last_reading(table) -%}
    {{ return(
        run_query('select coalesce(max(reading), 0) from ' ~ table).rows[0][0] | int if table else 0
    ) }}
{%- endmacro %}
