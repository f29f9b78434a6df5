{# The levels of categories and the items of lists that a profile shows: those that the stored model
   clusters and, of the features that it does not, those that 1 % of the customers have, and at least
   five (but not those of rfm_cell, which only says its three scores again, nor those of columns that
   are marked personal). By the name of their
   dimension, each with the SQL expression of who has it among `customers`:
   {{ profiled_levels(ref('gifting_imputed'), ref('gifting_model')) }} gives
   {'hobbies = chess': list_contains(customers."hobbies", 'chess'), …}, and nothing while dbt only
   parses. #}
{% macro profiled_levels(customers, model) -%}
    {%- if not execute -%}{{ return({}) }}{%- endif -%}
    {%- set personal = personal_columns() -%}
    {%- set levels = [] -%}
    {%- set clustered = [] -%}
    {%- for feature, level, kind in run_query(
        'select feature, level, kind from ' ~ model ~ ' where level is not null order by position'
    ) -%}
        {%- do levels.append((feature, level, kind == 'list')) -%}
        {%- do clustered.append(feature) -%}
    {%- endfor -%}
    {%- for column in adapter.get_columns_in_relation(customers)
        if column.dtype in ('VARCHAR', 'VARCHAR[]')
        and column.name not in clustered + ['customer_id', 'imputed_features', 'rfm_cell']
        and column.name | lower not in personal -%}
        {%- set is_list = column.dtype == 'VARCHAR[]' -%}
        {%- set level = adapter.quote(column.name) -%}
        {%- set level = 'unnest(list_distinct(' ~ level ~ '))' if is_list else level -%}
        {%- for each in run_query(
            'select level from (select ' ~ level ~ ' as level from ' ~ customers ~ ') '
            ~ 'where level is not null group by level '
            ~ 'having count(*) >= greatest(5, 0.01 * (select count(*) from ' ~ customers ~ ')) '
            ~ 'order by level'
        ).columns[0].values() -%}
            {%- do levels.append((column.name, each, is_list)) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- set expressions = {} -%}
    {%- for feature, level, is_list in levels -%}
        {%- set column = 'customers.' ~ adapter.quote(feature) -%}
        {%- set literal = dbt.string_literal(dbt.escape_single_quotes(level)) -%}
        {%- do expressions.update({feature ~ ' = ' ~ level:
            'list_contains(' ~ column ~ ', ' ~ literal ~ ')' if is_list
            else '(' ~ column ~ ' = ' ~ literal ~ ')'
        }) -%}
    {%- endfor -%}
    {{ return(expressions) }}
{%- endmacro %}
