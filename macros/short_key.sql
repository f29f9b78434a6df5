{# A text as a key that is quick to group by: two rows have the same key where they have the same
   text. {{ short_key("'d3f2a1c0-5b6e-4f70-8a9b-0c1d2e3f4a5b'") }} gives a whole number of 64 bits in
   DuckDB, whose chance to be that of another text as well is one in 10^19 a pair, and elsewhere the
   text itself. #}
{% macro short_key(column) -%}
    {{ return(adapter.dispatch('short_key')(column)) }}
{%- endmacro %}

{% macro default__short_key(column) -%}
    cast({{ column }} as varchar)
{%- endmacro %}

{% macro duckdb__short_key(column) -%}
    case when {{ column }} is not null then hash(cast({{ column }} as varchar)) end
{%- endmacro %}
