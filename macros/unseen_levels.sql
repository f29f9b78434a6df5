{# The categories and lists of a stored model, each with the condition that a customer has a level or an
   item that no customer of the fit had: {{ unseen_levels(ref('shop_model')) }} gives {'profession': …}, and nothing
   while dbt only parses. #}
{% macro unseen_levels(model) -%}
    {%- if not execute -%}{{ return({}) }}{%- endif -%}
    {%- set unseen = {} -%}
    {%- for feature, kind in run_query(
        'select feature, kind from ' ~ model ~ ' where levels is not null order by feature'
    ) -%}
        {%- set levels = '(select levels from ' ~ model ~ ' where levels is not null and feature = '
            ~ dbt.string_literal(dbt.escape_single_quotes(feature)) ~ ')' -%}
        {%- set column = adapter.quote(feature) -%}
        {%- set seen = 'list_has_all(' ~ levels ~ ', ' ~ column ~ ')' if kind == 'list'
            else 'list_contains(' ~ levels ~ ', cast(' ~ column ~ ' as varchar))' -%}
        {%- do unseen.update({feature: column ~ ' is not null and not ' ~ seen}) -%}
    {%- endfor -%}
    {{ return(unseen) }}
{%- endmacro %}
