{# Text without blanks, tabs and line ends around it; nothing else of it changes:
   {{ trimmed("' a b' || chr(9)") }} gives 'a b'. #}
{% macro trimmed(column) -%}
    trim(cast({{ column }} as varchar), ' ' || chr(9) || chr(10) || chr(13))
{%- endmacro %}
