{# A word in lower case without blanks around it:
   {{ clean_text("' Samsung '") }} gives 'samsung'; blank text gives NULL. #}
{% macro clean_text(column) -%}
    nullif(lower({{ trimmed(column) }}), '')
{%- endmacro %}
