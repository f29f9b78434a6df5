{# Deletes what a table holds of the rows that are about to be made anew, before the new ones are
   written, in the same transaction: those of changed customers and past moments, and all where a
   later reading has read everything anew. #}
{% macro forget_changed(customers, files) -%}
    {%- if execute and is_incremental() -%}
    {%- set columns = adapter.get_columns_in_relation(this) | map(attribute='name') -%}
    {%- if 'reading' not in columns -%}
        {{ exceptions.raise_compiler_error(
            "the table " ~ this.schema ~ "." ~ this.identifier ~ " is from an earlier version of the "
            ~ "project, which did not add to it: build once with --full-refresh."
        ) }}
    {%- endif -%}
    delete from {{ this }}
    where {{ is_changed(customers) }} or reading < (select min(reading) from {{ files }})
    {%- endif -%}
{%- endmacro %}
