{# Whether a text is blank or one of the words that files use where they know nothing:
   {{ says_nothing("'Unknown'") }}, {{ says_nothing("' ? '") }} and {{ says_nothing("null") }} give
   true, {{ says_nothing("'none'") }} gives false, since none is an answer. A pattern and not a list:
   DuckDB makes a join of each list, which takes gigabytes where hundreds of columns have one. #}
{% macro says_nothing(column) -%}
    {%- set words = [
        'unknown', 'n/a', 'na', '#n/a', 'nan', 'null', '[?]', '-', '--', '[(]not set[)]',
        'not available', 'not specified', 'unspecified', 'missing', 'undefined', 'unbekannt',
        'k[.]a[.]', 'k[.] a[.]'
    ] -%}
    coalesce(regexp_full_match({{ clean_text(column) }}, '{{ words | join('|') }}'), true)
{%- endmacro %}
