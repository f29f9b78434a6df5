{# One part of a whole as a share from 0 to 1, and 0 of nothing:
   {{ share('1', '4') }} gives 0.25, {{ share('0', '0') }} gives 0. #}
{% macro share(part, whole) -%}
    coalesce(cast({{ part }} as double) / nullif({{ whole }}, 0), 0)
{%- endmacro %}
