{# Takes what has passed from models.unfinished; what failed, or was skipped after a failure, stays there
   until it passes. Called after each run with its results. A run with --empty finishes nothing, since its
   tables have no rows. #}
{% macro end_build(results) -%}
    {%- set passed = [] -%}
    {%- for result in results if result.status in ['success', 'pass', 'warn'] -%}
        {%- do passed.append("'" ~ result.node.unique_id ~ "'") -%}
    {%- endfor -%}
    {%- if execute and passed and not flags.EMPTY -%}
    delete from models.unfinished where node in ({{ passed | join(', ') }})
    {%- endif -%}
{%- endmacro %}
