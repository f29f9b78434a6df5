{# Deletes what a table holds of the customers and past moments that are about to be made anew, before
   the new rows are written, in the same transaction: of those who have events in this build, and of
   everyone where a later reading has read everything anew. A table that begins from nothing needs the
   events of everyone: without them the build stops. #}
{% macro forget_changed(events, files) -%}
    {%- if execute and is_incremental() -%}
    delete from {{ this }}
    where
        moment != 0
        or customer_id in (select customer_id from {{ events }} where moment = 0)
        or reading < (select min(reading) from {{ files }})
    {%- elif execute and run_query('select 1 from ' ~ events ~ ' where later_than > 0 limit 1').rows -%}
        {{ exceptions.raise_compiler_error(
            "the table " ~ this.schema ~ "." ~ this.identifier ~ " is to be made from nothing, but "
            ~ events.schema ~ "." ~ events.identifier ~ " has the events of some customers only: build "
            ~ events.identifier ~ "+ with --full-refresh."
        ) }}
    {%- endif -%}
{%- endmacro %}
