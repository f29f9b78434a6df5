{# Whether a customer is in a sample that holds a share of all: who is in it depends on the customer's
   id alone. {{ is_in_share("'17850'", '1.0') }} gives true. #}
{% macro is_in_share(customer_id, share) -%}
    ({{ share }} = 1 or hash({{ customer_id }}) % 1000000 < 1000000 * {{ share }})
{%- endmacro %}
