{# Fails where a sum over the rows of the model is not that over the rows of another relation, to
   half a cent. A model without rows has the sum 0, and is right only where the other relation has
   none either, or sums to 0. #}
{% test adds_up_to(model, total, of, of_total) %}

with

totals as (

    select
        (select count(*) from {{ model }}) as row_count,
        (select {{ total }} from {{ model }}) as total,
        (select {{ of_total }} from {{ of }}) as of_total

),

compared as (

    select
        case
            when row_count = 0 then abs(coalesce(of_total, 0)) < 0.005
            else abs(total - of_total) < 0.005
        end as is_equal,
        *

    from totals

)

select * from compared

where is_equal is not true

{% endtest %}
