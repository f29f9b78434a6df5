{# What a fit depends on besides the customers, as a hash: the settings of the population, the names
   and types of its features, the folder of the raw data, the cut-off of the backtest and the size of
   its sample. {{ settings_hash('clickstream', ref('clickstream_features')) }} gives 32 characters. #}
{% macro settings_hash(population, features) -%}
    {%- if not execute -%}{{ return('') }}{%- endif -%}
    {%- set columns = [] -%}
    {%- for column in adapter.get_columns_in_relation(features) -%}
        {%- do columns.append([column.name, column.dtype]) -%}
    {%- endfor -%}
    {%- set sample = var(population ~ '_backtest_customers', none) -%}
    {{ return(local_md5(tojson([
        population_settings(population),
        columns | sort,
        env_var('SEGMENTS_DATA', 'sample_data'),
        var(population ~ '_cutoff', none) | string
    ] + ([sample | string] if sample else []), sort_keys=true))) }}
{%- endmacro %}
