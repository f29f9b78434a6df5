{# A point in time in UTC from the seconds since 1970, or their thousandths, or NULL where the text is
   no number from 0 on or the year is beyond 2199: {{ epoch_time("'1285938000'") }} and
   {{ epoch_time("'1285938000000'", per_second=1000) }} give 2010-10-01 13:00:00. #}
{% macro epoch_time(column, per_second=1) -%}
    {%- set seconds = 'try_cast(' ~ trimmed(column) ~ ' as decimal(20, 3)) / ' ~ per_second -%}
    case
        when {{ seconds }} between 0 and 7258118399
            then make_timestamp(cast({{ seconds }} * 1000000 as bigint))
    end
{%- endmacro %}
