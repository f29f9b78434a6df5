{# The condition that a row stands in a file that a table has not read yet:
   {{ is_in_new_file(ref('base_clickstream__files')) }} gives raw_file in ('2019-11-01.csv') where one
   file of several is new, true where all are, and false where none is. `files` has the number of the
   reading of each file, and the table that is built that of each row. #}
{% macro is_in_new_file(files) -%}
    {%- if not execute or not is_incremental() -%}{{ return('true') }}{%- endif -%}
    {%- set new = run_query(
        'select raw_file, count(*) over () = (select count(*) from ' ~ files ~ ') as is_all from '
        ~ files ~ ' where reading > ' ~ last_reading(this) ~ ' order by raw_file'
    ).rows -%}
    {%- if not new -%}{{ return('false') }}{%- endif -%}
    {%- if new[0][1] -%}{{ return('true') }}{%- endif -%}
    {%- set names = [] -%}
    {%- for row in new -%}
        {%- do names.append(dbt.string_literal(dbt.escape_single_quotes(row[0]))) -%}
    {%- endfor -%}
    {{ return('raw_file in (' ~ names | join(', ') ~ ')') }}
{%- endmacro %}
