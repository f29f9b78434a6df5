{# The score from 1 to 5 of a value, by a row of score_limits: {{ score_1_to_5('monetary', 'limits') }}
   gives 1 for whoever reaches no limit, and who is not ranked. #}
{% macro score_1_to_5(column, limits, best='most') -%}
    {%- set reaches = '<=' if best == 'least' else '>=' -%}
    case
        {% for score in [5, 4, 3, 2] %}
        when {{ column }} {{ reaches }} {{ limits }}.score_{{ score }} then {{ score }}
        {% endfor %}
        else 1
    end
{%- endmacro %}
