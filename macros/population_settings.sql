{# The settings block of a population, as its YAML states it:
   {{ population_settings('clickstream').axes.value }} gives monetary, and an empty mapping while
   dbt only parses. #}
{% macro population_settings(population) -%}
    {%- if not execute -%}{{ return({'axes': {}, 'log': []}) }}{%- endif -%}
    {{ return(
        graph.nodes['model.' ~ project_name ~ '.' ~ population ~ '_fits'].config.meta.segmentation
    ) }}
{%- endmacro %}
