{# The number of the last reading of raw files that all the given tables know of, as the last build left
   them: {{ readings_done(['clickstream_visits', 'clickstream_times']) }} gives 3 where the one has
   seen the fourth reading and the other has not, and 0 where one is missing or everything is to be
   built anew. #}
{% macro readings_done(names) -%}
    {%- set done = [] -%}
    {%- for name in names if execute -%}
        {%- set table = last_build(name) -%}
        {%- if not table or should_full_refresh() -%}
            {%- do done.append(0) -%}
        {%- elif 'reading' not in adapter.get_columns_in_relation(table) | map(attribute='name') -%}
            {{ exceptions.raise_compiler_error(
                "the table " ~ table.schema ~ "." ~ table.identifier ~ " is from an earlier version of "
                ~ "the project, which did not add to it: build once with --full-refresh."
            ) }}
        {%- else -%}
            {%- do done.append(last_reading(table)) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(done | min if done else 0) }}
{%- endmacro %}
