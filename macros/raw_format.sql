{# The format of a population's raw files, from the environment:
   {{ raw_format('gifting', ['csv', 'parquet']) }} gives csv as long as GIFTING_FORMAT is not set. #}
{% macro raw_format(population, formats) -%}
    {%- set variable = population | upper ~ '_FORMAT' -%}
    {%- set format = env_var(variable, 'csv') | lower -%}
    {%- if format not in formats -%}
        {{ exceptions.raise_compiler_error(
            variable ~ " is '" ~ format ~ "', which is not known: set it to "
            ~ formats | join(' or ') ~ "."
        ) }}
    {%- endif -%}
    {{ return(format) }}
{%- endmacro %}
