{# An identifier as text, as key_text writes it, and NULL for a word that says nothing:
   {{ known_key("'17850.0'") }} gives '17850', {{ known_key("'Unknown'") }} gives NULL. #}
{% macro known_key(column) -%}
    case when not {{ says_nothing(column) }} then {{ key_text(column) }} end
{%- endmacro %}
