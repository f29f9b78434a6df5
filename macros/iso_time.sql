{# A point in time in ISO order, in UTC, or NULL as utc_timestamp has it, with blanks around it and
   before its offset: {{ iso_time("' 2019-10-01 10:00:00 -0400'") }} gives 2019-10-01 14:00:00. #}
{% macro iso_time(column) -%}
    {{ utc_timestamp("regexp_replace(" ~ trimmed(column) ~ ", ' ([+-][0-9:]+)$', '\\1')") }}
{%- endmacro %}
