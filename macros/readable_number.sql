{# A number as a person writes it, with as many digits as it deserves:
   {{ readable_number('12345.6') }} gives 12,346, {{ readable_number('4.56') }} gives 4.6,
   {{ readable_number('0.256') }} gives 0.26, and {{ readable_number('0.256', "'percent'") }}
   gives 26 %. #}
{% macro readable_number(number, unit="''") -%}
    case
        when {{ number }} is null then 'unknown'
        when {{ unit }} = 'percent' then format('{:.0f} %', 100 * {{ number }})
        when abs(round({{ number }}, 1)) >= 100
            then format('{:,d}', cast(round({{ number }}) as bigint))
        when abs(round({{ number }}, 2)) >= 1 then format('{:.1f}', {{ number }})
        else format('{:.2f}', {{ number }})
    end || case
        when {{ number }} is null or coalesce({{ unit }}, '') in ('', 'percent') then ''
        else ' ' || {{ unit }}
    end
{%- endmacro %}
