{# The number of the last reading of raw files of which all the given tables know, as they were left by
   the last build: {{ readings_done(['clickstream_visits', 'clickstream_times']) }} gives 3 where the
   one has seen the fourth reading and the other has not, and 0 where one is missing or everything is
   to be built anew. #}
{% macro readings_done(names) -%}
    {%- set done = [] -%}
    {%- for name in names if execute -%}
        {%- set table = last_build(name) -%}
        {%- if not table or should_full_refresh() -%}{{ return(0) }}{%- endif -%}
        {%- if 'reading' not in adapter.get_columns_in_relation(table) | map(attribute='name') -%}
            {{ exceptions.raise_compiler_error(
                "the table " ~ table.schema ~ "." ~ table.identifier ~ " is from an earlier version of "
                ~ "the project, which did not add to it: build once with --full-refresh."
            ) }}
        {%- endif -%}
        {%- do done.append(
            run_query('select coalesce(max(reading), 0) from ' ~ table).rows[0][0] | int
        ) -%}
    {%- endfor -%}
    {{ return(done | min if done else 0) }}
{%- endmacro %}
