{# A point in time written month first, with or without a time of day, or in ISO order; NULL where the
   text is none of them or the year is not one from 1900 to 2199:
   {{ month_first_timestamp("'4/12/2016 1:05:00 PM'") }} gives 2016-04-12 13:05:00,
   {{ month_first_timestamp("'4/12/2016'") }} and {{ month_first_timestamp("'2016-04-12'") }} give
   2016-04-12 00:00:00. #}
{% macro month_first_timestamp(column) -%}
    {%- set forms = ['%m/%d/%Y %I:%M:%S %p', '%m/%d/%Y', '%Y-%m-%d', '%Y-%m-%d %H:%M:%S'] -%}
    {%- set parsed -%}
    coalesce({% for form in forms -%}
        try_strptime({{ trimmed(column) }}, '{{ form }}'){{ ', ' if not loop.last }}
    {%- endfor %})
    {%- endset -%}
    case
        when {{ parsed }} between timestamp '1900-01-01 00:00:00' and timestamp '2199-12-31 23:59:59'
            then {{ parsed }}
    end
{%- endmacro %}
