{# The point in time a population is looked at: its setting, or else its own last event, and never
   today. {{ as_of('clickstream', 'max(occurred_at)') }} gives max(occurred_at) as long as the variable
   clickstream_as_of is empty. #}
{% macro as_of(population, last_event) -%}
    {%- if var(population ~ '_as_of') -%}
        cast('{{ var(population ~ "_as_of") }}' as timestamp)
    {%- else -%}
        cast({{ last_event }} as timestamp)
    {%- endif -%}
{%- endmacro %}
