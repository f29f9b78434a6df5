{# The population stability index, an aggregate over bins: by how much their shares of the customers
   have changed, times the logarithm of the ratio. No share may be 0. {{ stability_index('then',
   'now') }} gives 0.42 for two bins of 0.5 each that are 0.2 and 0.8 now, and 0 where nothing has
   changed. #}
{% macro stability_index(share_then, share_now) -%}
    {{ exact_sum(
        '(' ~ share_now ~ ' - ' ~ share_then ~ ') * ln(' ~ share_now ~ ' / ' ~ share_then ~ ')'
    ) }}
{%- endmacro %}
