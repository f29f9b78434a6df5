{# All that the rows of a raw source, once read and computed with, depend on besides the files, as an
   SQL expression of 32 letters and digits: how the source is read and its columns, the version of
   DuckDB, the time that the population is looked at, and the SQL of the project that reads it. #}
{% macro reading_basis(population, raw, sql) -%}
    {%- set columns = run_query('describe select * from ' ~ raw) if execute else none -%}
    {%- set shape = [raw | string, var(population ~ '_as_of') | string] -%}
    {%- for column in columns.rows if columns -%}
        {%- do shape.append(column[0] ~ ' ' ~ column[1]) -%}
    {%- endfor -%}
    md5(concat_ws(
        '; ',
        version(),
        '{{ local_md5(shape | join(", ")) if execute }}',
        (select md5(string_agg(content, '' order by filename)) from {{ sql }})
    ))
{%- endmacro %}
