{# Notes what a build is about to do, in models.unfinished: a build that is broken off leaves it there.
   Called before each run, and nothing while dbt only parses or compiles.
   {{ begin_build(['model.customer_segments.segments', 'exposure.customer_segments.report']) }} notes the
   model. #}
{% macro begin_build(nodes) -%}
    {%- set noted = [] -%}
    {%- for node in nodes if node.split('.')[0] in ['model', 'seed', 'snapshot', 'test', 'unit_test'] -%}
        {%- do noted.append("('" ~ node ~ "')") -%}
    {%- endfor -%}
    {%- if execute and noted -%}
    create schema if not exists models;
    create table if not exists models.unfinished (node varchar primary key);
    comment on table models.unfinished is
        'One row per model, seed or test that has not passed since a build began with it. Nothing is published meanwhile.';
    comment on column models.unfinished.node is 'The id of the node in dbt.';
    insert or ignore into models.unfinished values {{ noted | join(', ') }}
    {%- endif -%}
{%- endmacro %}
