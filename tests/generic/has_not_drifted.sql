{# Warns where the customers of a population have drifted from those of its fit by more than chance.
   The segments then serve with care, or a new fit is due (docs/drift.md). On segment_drift. #}
{% test has_not_drifted(model) %}

{{ config(severity='warn') }}

select
    population,
    measure,
    name,
    value,
    verdict

from {{ model }}

where verdict != 'keep'

{% endtest %}
