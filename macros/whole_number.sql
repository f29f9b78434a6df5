{# A whole number, or NULL where the text is none:
   {{ whole_number("'12'") }} gives 12, {{ whole_number("'12.5'") }} gives NULL. #}
{% macro whole_number(column) -%}
    try_cast(regexp_extract({{ key_text(column) }}, '^-?[0-9]+$') as integer)
{%- endmacro %}
