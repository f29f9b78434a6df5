{# The condition that a row stands in a file that a table has not read yet:
   {{ is_in_new_file(ref('base_clickstream__files')) }} gives raw_file in ('2019-11-01.csv') where that
   file is new, false where none is, and true for a SQLite file, of which there is one. `files` has the
   number of the reading of each file, and the table that is built that of each row. Files are named
   also where all are new: one that has come since they were listed is for the next build. #}
{% macro is_in_new_file(files) -%}
    {%- if not execute -%}{{ return('true') }}{%- endif -%}
    {%- set done = last_reading(this) if is_incremental() else 0 -%}
    {%- set names = [] -%}
    {%- for row in run_query(
        'select raw_file from ' ~ files ~ ' where reading > ' ~ done ~ ' order by raw_file'
    ).rows -%}
        {%- if row[0].endswith('.sqlite') -%}{{ return('true') }}{%- endif -%}
        {%- do names.append(dbt.string_literal(dbt.escape_single_quotes(row[0]))) -%}
    {%- endfor -%}
    {{ return('raw_file in (' ~ names | join(', ') ~ ')' if names else 'false') }}
{%- endmacro %}
