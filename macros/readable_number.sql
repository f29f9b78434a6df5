{# A number as a person writes it, with as many digits as it deserves:
   {{ readable_number('12345.6') }} gives 12,346, {{ readable_number('4.56') }} gives 4.6,
   {{ readable_number('3.0') }} gives 3, {{ readable_number('0.256') }} gives 0.26, and
   {{ readable_number('0.256', "'percent'") }} gives 26 %. #}
{% macro readable_number(number, unit="''") -%}
    case
        when {{ number }} is null then 'unknown'
        when {{ unit }} = 'percent' and abs({{ number }}) between 0.0005 and 0.00995
            then format('{:.1f} %', 100 * {{ number }})
        when {{ unit }} = 'percent' then format('{:.0f} %', 100 * {{ number }})
        when abs(round({{ number }}, 1)) >= 10
            then format('{:,d}', cast(round({{ number }}) as bigint))
        when abs(round({{ number }}, 2)) >= 1
            then regexp_replace(format('{:.1f}', {{ number }}), '[.]0$', '')
        when abs({{ number }}) >= 0.01 then format('{:.2f}', {{ number }})
        else format('{:.2g}', {{ number }})
    end || case
        when {{ number }} is null or coalesce({{ unit }}, '') in ('', 'percent') then ''
        else ' ' || {{ unit }}
    end
{%- endmacro %}
