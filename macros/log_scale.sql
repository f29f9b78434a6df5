{# The scale on which amounts and counts with a long tail are clustered and compared: ln(1 + x), 0 for
   what is below 0, NULL for NULL. {{ log_scale('0') }} gives 0, {{ log_scale('99') }} gives 4.605. #}
{% macro log_scale(column) -%}
    case when {{ column }} > 0 then ln(1 + {{ column }}) when {{ column }} <= 0 then 0.0 end
{%- endmacro %}
