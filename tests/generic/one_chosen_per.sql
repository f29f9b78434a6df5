{# Fails for each combination of the columns of which not exactly one row is chosen. #}
{% test one_chosen_per(model, columns) %}

select
    {{ columns | join(', ') }},
    count(*) filter (where is_chosen) as chosen_count

from {{ model }}

group by {{ columns | join(', ') }}

having count(*) filter (where is_chosen) != 1

{% endtest %}
