{# Fails for each NULL, unless the column is NULL for all: what nobody has cannot be filled. #}
{% test is_filled(model, column_name) %}

select *

from {{ model }}

where
    {{ column_name }} is null
    and (select count({{ column_name }}) from {{ model }}) > 0

{% endtest %}
