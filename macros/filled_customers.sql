{# The features of customers with their gaps filled by what a fit filled in for the same customers, and
   imputed_features, the names of those that were. Other gaps stay: scoring reads them as the fallback
   of the stored model. Where the fit filled in nothing, there is nothing to join. It is a query in
   parentheses, to stand after `from`. #}
{% macro filled_customers(features, imputed) -%}
    {%- set names = filled_features(imputed) -%}
    {%- set filled = {} -%}
    {%- for name in names -%}
        {%- do filled.update({
            name: 'features.' ~ adapter.quote(name) ~ ' is null and '
                ~ is_in_list(name, 'imputed.imputed_features')
        }) -%}
    {%- endfor -%}
    (
        select
            features.*
            {%- if names %} replace (
                {%- for name in names %}
                {%- set column = adapter.quote(name) %}
                coalesce(
                    features.{{ column }}, case when {{ is_in_list(name, 'imputed.imputed_features') }}
                        then imputed.{{ column }}
                    end
                ) as {{ column }}{{ ',' if not loop.last }}
                {%- endfor %}
            )
            {%- endif %},
            {{ names_where(filled) }} as imputed_features

        from {{ features }} as features

        {%- if names %}

        left join {{ imputed }} as imputed
            on features.customer_id = imputed.customer_id
        {%- endif %}
    )
{%- endmacro %}
