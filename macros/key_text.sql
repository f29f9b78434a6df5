{# An identifier as text, the same whether it was read as text, as a whole number or as a number that
   a spreadsheet made a float of: {{ key_text("'17850.0'") }} gives '17850'; blank text gives NULL. #}
{% macro key_text(column) -%}
    nullif(regexp_replace({{ trimmed(column) }}, '^(-?[0-9]+)[.]0+$', '\1'), '')
{%- endmacro %}
