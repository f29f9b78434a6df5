{# Deletes the rows of a table whose files a later reading has read anew, before the new rows are
   written, in the same transaction: {{ forget_earlier_readings(ref('base_clickstream__files')) }}. #}
{% macro forget_earlier_readings(files) -%}
    {%- if execute and is_incremental() -%}
    delete from {{ this }} where reading < (select min(reading) from {{ files }})
    {%- endif -%}
{%- endmacro %}
