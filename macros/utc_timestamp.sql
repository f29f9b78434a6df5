{# A point in time in UTC, or NULL where the text is none. A time without an offset is taken as UTC:
   {{ utc_timestamp("'2019-10-01T02:00:00+02:00'") }} gives 2019-10-01 00:00:00. #}
{% macro utc_timestamp(column) -%}
    cast(try_cast({{ column }} as timestamp with time zone) as timestamp)
{%- endmacro %}
