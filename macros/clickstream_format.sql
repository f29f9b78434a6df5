{# The format of the raw events, from the environment: {{ clickstream_format() }} gives csv as long as
   CLICKSTREAM_FORMAT is not set. #}
{% macro clickstream_format() -%}
    {%- set format = env_var('CLICKSTREAM_FORMAT', 'csv') | lower -%}
    {%- if format not in ['csv', 'parquet', 'sqlite'] -%}
        {{ exceptions.raise_compiler_error(
            "CLICKSTREAM_FORMAT is '" ~ format ~ "', which is not known: set it to csv, parquet or "
            ~ "sqlite."
        ) }}
    {%- endif -%}
    {{ return(format) }}
{%- endmacro %}
