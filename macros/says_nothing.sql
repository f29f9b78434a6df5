{# Whether a text is blank or one of the words that files use where they know nothing:
   {{ says_nothing("'Unknown'") }}, {{ says_nothing("' ? '") }} and {{ says_nothing("null") }} give
   true, {{ says_nothing("'none'") }} gives false, since none is an answer. #}
{% macro says_nothing(column) -%}
    coalesce({{ clean_text(column) }} in (
        'unknown', 'n/a', 'na', '#n/a', 'nan', 'null', '?', '-', '--', '(not set)', 'not available',
        'not specified', 'unspecified', 'missing', 'undefined', 'unbekannt', 'k.a.', 'k. a.'
    ), true)
{%- endmacro %}
