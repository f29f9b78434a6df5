{# The rows of the fit in use, as a query that goes on naming this one fit when there is another:
   {{ fit_in_use(ref('clickstream_fits')) }} gives (select * from … where fit_id = 1). #}
{% macro fit_in_use(fits) -%}
    {%- set found = run_query('select max(fit_id) from ' ~ fits ~ ' where is_current') if execute -%}
    (select * from {{ fits }} where fit_id = {{ found.rows[0][0] or 0 if execute else 0 }})
{%- endmacro %}
