{# Deletes what a table holds of the customers and past moments that are about to be made anew, before
   the new rows are written, in the same transaction: of those who have events in this build, and of
   everyone where a later reading has read everything anew. #}
{% macro forget_changed(events, files) -%}
    {%- if execute and is_incremental() -%}
    delete from {{ this }}
    where
        moment > 0
        or customer_id in (select customer_id from {{ events }} where moment = 0)
        or reading < (select min(reading) from {{ files }})
    {%- endif -%}
{%- endmacro %}
