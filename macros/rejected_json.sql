{# A raw row as JSON, from the name of a relation that holds it and `copies` beside it:
   {{ rejected_json('distinct_rows') }} gives {"user_id":"7","price":"-1"} for such a row. #}
{% macro rejected_json(relation) -%}
    cast(json_merge_patch(to_json({{ relation }}), '{"copies": null}') as varchar)
{%- endmacro %}
