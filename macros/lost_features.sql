{# The features of a stored model that a table no longer has, or has with another kind of type:
   {{ lost_features(ref('shop_features'), ref('shop_model')) }} gives ['income'] where there is no
   income any more, and nothing while dbt only parses. #}
{% macro lost_features(features, model) -%}
    {%- if not execute -%}{{ return([]) }}{%- endif -%}
    {%- set kinds = {} -%}
    {%- for column in adapter.get_columns_in_relation(features) -%}
        {%- set kind = {'BOOLEAN': 'boolean', 'VARCHAR': 'category', 'VARCHAR[]': 'list'}.get(
            column.dtype, 'category' if column.dtype.startswith('ENUM') else 'numeric'
        ) -%}
        {%- do kinds.update({column.name: kind}) -%}
    {%- endfor -%}
    {%- set lost = [] -%}
    {%- for feature, kind in run_query(
        'select distinct feature, kind from ' ~ model ~ ' order by feature'
    ) if kinds.get(feature) != kind -%}
        {%- do lost.append(feature) -%}
    {%- endfor -%}
    {{ return(lost) }}
{%- endmacro %}
