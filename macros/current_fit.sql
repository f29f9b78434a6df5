{# The fit of a population that is in use since the last build, as a mapping of fit_id, settings_hash,
   attempt and rows, a query of its rows: {{ current_fit('clickstream').fit_id }} gives 1, and nothing
   where there is none. #}
{% macro current_fit(population) -%}
    {%- set fits = last_build(population ~ '_fits') -%}
    {%- if not fits -%}{{ return(none) }}{%- endif -%}
    {%- set found = run_query(
        'select distinct fit_id, settings_hash, attempt from ' ~ fits ~ ' where is_current'
    ).rows -%}
    {%- if not found -%}{{ return(none) }}{%- endif -%}
    {{ return({
        'fit_id': found[0][0],
        'settings_hash': found[0][1],
        'attempt': found[0][2],
        'rows': '(select * from ' ~ fits ~ ' where is_current)'
    }) }}
{%- endmacro %}
