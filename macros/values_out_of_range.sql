{# The features of a stored model, each with the condition that a customer's point lies beyond all that
   the model was fitted on: {{ values_out_of_range(ref('shop_model')) }} gives
   {'income': 'point[1] not between least[1] and greatest[1]', …}, and nothing while dbt only parses. #}
{% macro values_out_of_range(model) -%}
    {%- if not execute -%}{{ return({}) }}{%- endif -%}
    {%- set beyond = {} -%}
    {%- for (feature,) in run_query('select feature from ' ~ model ~ ' order by position') -%}
        {%- set place = '[' ~ loop.index ~ ']' -%}
        {%- set condition = 'point' ~ place ~ ' not between least' ~ place ~ ' and greatest' ~ place -%}
        {%- do beyond.update({
            feature: beyond[feature] ~ ' or ' ~ condition if feature in beyond else condition
        }) -%}
    {%- endfor -%}
    {{ return(beyond) }}
{%- endmacro %}
