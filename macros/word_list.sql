{# The words of a list, cleaned, each once, in order of the alphabet; NULL where nothing is stated, and
   an empty list where the list states none. The list is a LIST column, or text with commas between
   its items, as people write it or in brackets and quotes, as programs do:
   {{ word_list("'Music, travel, music'") }} and {{ word_list("'[''travel'', ''music'']'") }}
   give [music, travel]. #}
{% macro word_list(column) -%}
    {%- set item = '\\s*(?:"(?:[^"\\\\]|\\\\.)*"|\'\'(?:[^\'\'\\\\]|\\\\.)*\'\'|[^,]+)' -%}
    list_sort(list_distinct(list_transform(
        case
            when json_type(to_json({{ column }})) = 'ARRAY'
                then cast(to_json({{ column }}) as varchar[])
            when {{ trimmed(column) }} like '[%]' then list_transform(
                regexp_extract_all(trim({{ trimmed(column) }}, '[]'), '{{ item }}'),
                lambda quoted_item: regexp_replace(
                    regexp_replace({{ trimmed('quoted_item') }}, '^["''](.*)["'']$', '\1'),
                    '\\(.)', '\1', 'g'
                )
            )
            else string_split(nullif({{ trimmed(column) }}, ''), ',')
        end,
        lambda item: {{ clean_text('item') }}
    )))
{%- endmacro %}
