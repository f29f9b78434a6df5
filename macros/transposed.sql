{# A list of lists turned over, columns to rows: {{ transposed('[[1, 2], [3, 4], [5, 6]]') }} gives
   [[1, 3, 5], [2, 4, 6]], and NULL for NULL. #}
{% macro transposed(lists) -%}
    list_transform(
        range(1, len({{ lists }}[1]) + 1),
        lambda i: list_transform({{ lists }}, lambda each: each[i])
    )
{%- endmacro %}
