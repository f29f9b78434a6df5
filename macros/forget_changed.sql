{# Deletes what a table holds of the customers and past moments that are about to be made anew, before
   the new rows are written, in the same transaction: of those who have events in this build, and of
   everyone where a later reading has read everything anew. The build stops where the events cannot
   take their place: where they are of some customers only and the table begins from nothing, and
   where the points in time are of files that were read anew since. #}
{% macro forget_changed(events, files, moments) -%}
    {%- if execute and is_incremental() -%}
    {%- if run_query(
        'select 1 where (select max(reading) from ' ~ moments
        ~ ') < (select min(reading) from ' ~ files ~ ')'
    ).rows -%}
        {{ exceptions.raise_compiler_error(
            "the raw files were read anew since " ~ moments.schema ~ "." ~ moments.identifier
            ~ " was built, so no event is known to it: build " ~ moments.identifier ~ "+."
        ) }}
    {%- endif -%}
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
