{# The fits by which a build scores moments of the history, each with the condition for its moments:
   {{ history_fits(ref('clickstream_as_of'), ref('clickstream_fits')) }} gives
   {2: '(is_present or is_history)', 1: 'is_present'} in the build that refits the segments of fit 1,
   and nothing where there is no fit, or while dbt only parses. #}
{% macro history_fits(moments, fits) -%}
    {%- set found = {} -%}
    {%- if not execute -%}{{ return(found) }}{%- endif -%}
    {%- for (fit_id,) in run_query('select distinct fit_id from ' ~ fits ~ ' where is_current') -%}
        {%- do found.update({fit_id: '(is_present or is_history)'}) -%}
    {%- endfor -%}
    {%- if found and is_incremental() -%}
        {%- for (fit_id,) in run_query(
            'select max(fit_id) from ' ~ this ~ ' where as_of = (select max(as_of) from ' ~ this
            ~ ' where as_of < (select max(as_of) from ' ~ moments ~ ' where is_present))'
            ~ ' and fit_id in (select fit_id from ' ~ fits ~ ')'
        ) if fit_id is not none and fit_id not in found -%}
            {%- do found.update({fit_id: 'is_present'}) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(found) }}
{%- endmacro %}
