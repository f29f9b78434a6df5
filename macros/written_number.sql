{# A number as people write it, with a currency and with separators in groups of three, as an exact
   decimal; NULL where the text is none or has more than twelve digits before the point. The text
   says nothing of what its decimal sign is, so that is given:
   {{ written_number("'$1,234.50'") }} and {{ written_number("'1.234,50 EUR'", ',') }} give 1234.5,
   {{ written_number("'1,5'") }} gives NULL. #}
{% macro written_number(column, decimal_sign='.') -%}
    {%- set separator = ',' if decimal_sign == '.' else '.' -%}
    {%- set bare -%}
        regexp_replace(
            {{ trimmed(column) }}, '[$€£¥₹'' \x{a0}\x{202f}]|^(EUR|USD|GBP|CHF)|(EUR|USD|GBP|CHF)$', '', 'g'
        )
    {%- endset -%}
    case
        when
            regexp_full_match(
                {{ bare }},
                '[+-]?([0-9]*|[0-9]{1,3}([{{ separator }}][0-9]{3})+)([{{ decimal_sign }}][0-9]*)?(e[+-]?[0-9]+)?',
                'i'
            )
            then try_cast(
                replace(replace({{ bare }}, '{{ separator }}', ''), '{{ decimal_sign }}', '.')
                as decimal(18, 6)
            )
    end
{%- endmacro %}
