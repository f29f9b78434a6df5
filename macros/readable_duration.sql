{# A number with its unit as a person writes it, a time of less than one unit in a finer one:
   {{ readable_duration('0.1', "'days'") }} gives 2.4 hours, {{ readable_duration('1', "'days'") }} gives
   1 day, and {{ readable_duration('45.2', "'kg'") }} gives 45 kg. #}
{% macro readable_duration(number, unit) -%}
    regexp_replace(
        case
            when {{ unit }} = 'days' and abs({{ number }}) < 1.0 / 24
                then {{ readable_number('1440 * (' ~ number ~ ')', "'minutes'") }}
            when {{ unit }} = 'days' and abs({{ number }}) < 1
                then {{ readable_number('24 * (' ~ number ~ ')', "'hours'") }}
            when {{ unit }} = 'minutes' and abs({{ number }}) < 1
                then {{ readable_number('60 * (' ~ number ~ ')', "'seconds'") }}
            else {{ readable_number(number, unit) }}
        end,
        '^1 (day|hour|minute|second|year)s$', '1 \1'
    )
{%- endmacro %}
