{# How this build treats the fits, as the variable `mode` says: {{ run_mode() }} gives auto, fit or
   score. #}
{% macro run_mode() -%}
    {%- set mode = var('mode') -%}
    {%- if mode not in ['auto', 'fit', 'score'] -%}
        {{ exceptions.raise_compiler_error(
            "the variable mode is '" ~ mode ~ "': it must be auto (fit where there is no fit, or "
            ~ "where the customers have drifted from it), fit, or score."
        ) }}
    {%- endif -%}
    {{ return(mode) }}
{%- endmacro %}
