{# The features for which a stored model has a fallback, each with the condition that a customer needs
   it: {{ fallback_gaps(ref('shop_model')) }} gives {'income': '"income" is null', …}, and nothing
   while dbt only parses. #}
{% macro fallback_gaps(model) -%}
    {%- if not execute -%}{{ return({}) }}{%- endif -%}
    {%- set gaps = {} -%}
    {%- for (feature,) in run_query(
        'select distinct feature from ' ~ model ~ ' where fallback is not null order by feature'
    ) -%}
        {%- do gaps.update({feature: adapter.quote(feature) ~ ' is null'}) -%}
    {%- endfor -%}
    {{ return(gaps) }}
{%- endmacro %}
