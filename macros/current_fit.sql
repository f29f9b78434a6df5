{# The fit of a population that is in use since the last build, as a mapping of fit_id and
   settings_hash: {{ current_fit('clickstream').fit_id }} gives 1, and nothing where there is none. #}
{% macro current_fit(population) -%}
    {%- set fits = last_build(population ~ '_fits') -%}
    {%- if not fits -%}{{ return(none) }}{%- endif -%}
    {%- set rows = run_query(
        'select distinct fit_id, settings_hash from ' ~ fits ~ ' where is_current'
    ).rows -%}
    {{ return({'fit_id': rows[0][0], 'settings_hash': rows[0][1]} if rows else none) }}
{%- endmacro %}
