{# A point in time, taken as UTC, in the first of the formats that fits, or NULL where none does or
   the year is not one from 1900 to 2199:
   {{ written_time("'12/1/2010 8:26'", ['%m/%d/%Y %H:%M', '%m/%d/%Y']) }} gives 2010-12-01 08:26:00. #}
{% macro written_time(column, formats) -%}
    coalesce(
        {%- for format in formats %}
        case
            when
                extract(year from try_strptime({{ trimmed(column) }}, '{{ format }}'))
                between 1900 and 2199
                then try_strptime({{ trimmed(column) }}, '{{ format }}')
        end,
        {%- endfor %}
        null
    )
{%- endmacro %}
