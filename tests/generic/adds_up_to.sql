{# Fails where a sum over the rows of the model is not that over the rows of another relation, to
   half a cent. Where the model has no rows, there is nothing to compare. #}
{% test adds_up_to(model, total, of, of_total) %}

with

totals as (

    select
        (select count(*) from {{ model }}) as row_count,
        (select {{ total }} from {{ model }}) as total,
        (select {{ of_total }} from {{ of }}) as of_total

)

select * from totals

where
    row_count > 0
    and (abs(total - of_total) < 0.005) is not true

{% endtest %}
