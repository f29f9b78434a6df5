{# Fails for each value that is no share: below 0, above 1 or no number at all. NULL is allowed. #}
{% test is_share(model, column_name) %}

select {{ column_name }}

from {{ model }}

where not {{ column_name }} between 0 and 1

{% endtest %}
