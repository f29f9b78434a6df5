{# The score from 1 to 5 of a value, by a row of score_limits; 1 for who reaches no limit or is not
   ranked. {{ score_by_limits('monetary', 'limits') }} gives what score_1_to_5 gives, without sorting
   all customers. #}
{% macro score_by_limits(column, limits, best='most') -%}
    {%- set reaches = '<=' if best == 'least' else '>=' -%}
    case
        {% for score in [5, 4, 3, 2] %}
        when {{ column }} {{ reaches }} {{ limits }}.score_{{ score }} then {{ score }}
        {% endfor %}
        else 1
    end
{%- endmacro %}
