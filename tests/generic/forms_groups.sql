{# Warns where the customers of a population form no groups that beat chance. The honest answer is
   then one segment, or segments that were set by hand: a warning, not a failure. On its cluster
   scores. #}
{% test forms_groups(model) %}

{{ config(severity='warn') }}

select
    population,
    reason

from {{ model }}

where
    is_chosen
    and structure = 'none'

{% endtest %}
