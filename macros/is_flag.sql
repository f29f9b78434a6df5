{# Whether a 0 or 1 is a 1; NULL where the text is neither:
   {{ is_flag("'1'") }} gives true, {{ is_flag("'0'") }} gives false, {{ is_flag("'7'") }} NULL. #}
{% macro is_flag(column) -%}
    case {{ whole_number(column) }} when 1 then true when 0 then false end
{%- endmacro %}
