{# How evenly a whole is divided into its parts, from columns that hold their shares: 0 when one part
   is all, 1 when all parts are equal. Shannon entropy over its maximum, the logarithm of the number
   of parts: {{ entropy_of_shares(['a', 'b']) }} gives 0.811 for shares of 0.75 and 0.25. #}
{% macro entropy_of_shares(columns) -%}
    round((
        0 {%- for column in columns %} - coalesce({{ column }} * ln(nullif({{ column }}, 0)), 0)
        {%- endfor %}
    ) / ln({{ columns | length }}), 9)
{%- endmacro %}
