{# A point in time in UTC, or NULL where the text is none or the year is not one from 1900 to 2199. A
   time without an offset is taken as UTC:
   {{ utc_timestamp("'2019-10-01T02:00:00+02:00'") }} gives 2019-10-01 00:00:00. #}
{% macro utc_timestamp(column) -%}
    case
        when
            try_cast({{ column }} as timestamp with time zone)
            between timestamp with time zone '1900-01-01 00:00:00+00'
            and timestamp with time zone '2199-12-31 23:59:59+00'
            then cast(try_cast({{ column }} as timestamp with time zone) as timestamp)
    end
{%- endmacro %}
