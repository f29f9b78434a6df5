{# A day written day first or in ISO order, or NULL where the text is neither:
   {{ calendar_date("'04-09-2012'") }} and {{ calendar_date("'2012-09-04'") }} give 2012-09-04. #}
{% macro calendar_date(column) -%}
    cast(coalesce(
        try_strptime(trim({{ column }}), '%d-%m-%Y'), try_strptime(trim({{ column }}), '%Y-%m-%d')
    ) as date)
{%- endmacro %}
