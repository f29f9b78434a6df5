{# An identifier as text, the same whether it was read as text, as a whole number or as a number that
   a spreadsheet made a float of: {{ key_text("'17850.0'") }} gives '17850'; blank text gives NULL. #}
{% macro key_text(column) -%}
    {%- set text = trimmed(column) -%}
    nullif(
        case
            when {{ text }} like '%.%0' then regexp_replace({{ text }}, '^(-?[0-9]+)[.]0+$', '\1')
            else {{ text }}
        end,
        ''
    )
{%- endmacro %}
