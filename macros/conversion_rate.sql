{# The number of one step over the number of the step before it, from 0 to 1 and defined when there
   were none: steps that were skipped count as taken, so a purchase without a cart converts fully.
   {{ conversion_rate('1', '4') }} gives 0.25, {{ conversion_rate('2', '0') }} gives 1,
   {{ conversion_rate('0', '0') }} gives 0. #}
{% macro conversion_rate(later_count, earlier_count) -%}
    cast({{ later_count }} as double) / greatest({{ earlier_count }}, {{ later_count }}, 1)
{%- endmacro %}
