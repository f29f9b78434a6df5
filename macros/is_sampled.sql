{# Whether a customer belongs to a sample that is the same in every build, of about `customers` of those
   in a table, and of all where there are fewer: {{ is_sampled(ref('customer_scores')) }} gives
   md5(customer_id) < '0ccc' where there are a million, true where there are few, and while dbt only
   parses. #}
{% macro is_sampled(table, customers=50000) -%}
    {%- set everyone = run_query('select count(*) from ' ~ table).rows[0][0]
        if execute and load_relation(table) else 0 -%}
    {{ "md5(customer_id) < '%04x'" | format(65536 * customers // everyone)
        if everyone > customers else 'true' }}
{%- endmacro %}
