{# The levels of categories and the items of lists that a stored model clusters, by the name of their
   dimension, each with the SQL expression of who has it among `customers`:
   {{ stored_levels(ref('gifting_model')) }} gives
   {'hobbies = chess': list_contains(customers."hobbies", 'chess'), …}, and nothing while dbt only
   parses. #}
{% macro stored_levels(model) -%}
    {%- set levels = {} -%}
    {%- if execute -%}
        {%- for dimension, kind, feature, level in run_query(
            'select dimension, kind, feature, level from ' ~ model
            ~ ' where level is not null order by position'
        ) -%}
            {%- set column = 'customers.' ~ adapter.quote(feature) -%}
            {%- set literal = dbt.string_literal(dbt.escape_single_quotes(level)) -%}
            {%- do levels.update({dimension:
                'list_contains(' ~ column ~ ', ' ~ literal ~ ')' if kind == 'list'
                else '(' ~ column ~ ' = ' ~ literal ~ ')'
            }) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(levels) }}
{%- endmacro %}
