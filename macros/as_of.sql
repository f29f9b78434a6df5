{# The point in time a population is looked at: its setting, or else its own last event, and never
   today. It is an aggregate, so that selecting it alone gives one row:
   {{ as_of('clickstream', 'max(occurred_at)') }} gives max(occurred_at) as long as the
   variable clickstream_as_of is empty. A setting is a day, meaning its first moment, or a day and a
   time, in UTC unless it has an offset. #}
{% macro as_of(population, last_event) -%}
    {%- set setting = var(population ~ '_as_of') -%}
    {%- set pattern = '\\d{4}-\\d\\d-\\d\\d([ T]\\d\\d:\\d\\d(:\\d\\d([.]\\d+)?)?'
        ~ '(Z| UTC|[+-]\\d\\d(:?\\d\\d)?)?)?\\Z' -%}
    {%- if not setting -%}
        cast({{ last_event }} as timestamp)
    {%- elif modules.re.match(pattern, setting | string) -%}
        max(cast(cast('{{ setting }}' as timestamp with time zone) as timestamp))
    {%- else -%}
        {{ exceptions.raise_compiler_error(
            "the variable " ~ population ~ "_as_of is '" ~ setting ~ "', which is no point in time: "
            ~ "give a day or a day and a time, such as 2019-10-15 or 2019-10-15 12:00:00."
        ) }}
    {%- endif -%}
{%- endmacro %}
