{# A word in lower case without blanks around it, and NULL for a word that says nothing:
   {{ known_text("' Samsung '") }} gives 'samsung', {{ known_text("'N/A'") }} gives NULL. #}
{% macro known_text(column) -%}
    case when not {{ says_nothing(column) }} then {{ clean_text(column) }} end
{%- endmacro %}
