{# Deletes what the history of a population holds of the moments that are about to be scored, fit by
   fit, whoever the customers were: {{ forget_moments(ref('clickstream_as_of'), ref('clickstream_fits')) }}
   before the new rows are written, in the same transaction. #}
{% macro forget_moments(moments, fits) -%}
    {%- if execute and is_incremental() -%}
    {%- for fit_id, condition in history_fits(moments, fits).items() %}
    delete from {{ this }}
    where
        fit_id = {{ fit_id }}
        and as_of in (select as_of from {{ moments }} where {{ condition }});
    {%- endfor -%}
    {%- endif -%}
{%- endmacro %}
