{# A day written day first or in ISO order, or NULL where the text is neither:
   {{ calendar_date("'04-09-2012'") }} and {{ calendar_date("'2012-09-04'") }} give 2012-09-04,
   {{ calendar_date("'04-09-12'") }} gives NULL. #}
{% macro calendar_date(column) -%}
    cast(case
        when regexp_full_match({{ trimmed(column) }}, '[0-9]{1,2}-[0-9]{1,2}-[0-9]{4}')
            then try_strptime({{ trimmed(column) }}, '%d-%m-%Y')
        when regexp_full_match({{ trimmed(column) }}, '[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}')
            then try_strptime({{ trimmed(column) }}, '%Y-%m-%d')
    end as date)
{%- endmacro %}
