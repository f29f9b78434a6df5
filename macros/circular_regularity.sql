{# How near times of day lie to each other on the clock, from 0 (all around it) to 1 (always the
   same): the mean resultant length of directional statistics (Mardia and Jupp 2000), for which 23:50
   and 0:10 are neighbours. {{ circular_regularity('bedtime') }} gives 0.707 for 0:00 and 6:00, and
   NULL for fewer than two times. #}
{% macro circular_regularity(time) -%}
    {%- set angle = '(radians(360) * epoch(cast(' ~ time ~ ' as time)) / 86400)' -%}
    case when count({{ time }}) > 1 then least(1, sqrt(
        power({{ exact_sum('cos(' ~ angle ~ ')') }}, 2)
        + power({{ exact_sum('sin(' ~ angle ~ ')') }}, 2)
    ) / count({{ time }})) end
{%- endmacro %}
