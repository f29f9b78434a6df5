{# The condition that a row is to be made anew, in a build that keeps the others: it is of a past
   moment, or of a customer of whom something was read since the table was last made.
   {{ is_changed(ref('stg_clickstream__events')) }} gives true where all rows are made. `customers` has
   what was read of them, with the number of its reading, and the table the last one of each. #}
{% macro is_changed(customers) -%}
    {%- if not is_incremental() -%}{{ return('true') }}{%- endif -%}
    (moment > 0 or customer_id in (
        select changed.customer_id
        from {{ customers }} as changed
        where changed.reading > (select coalesce(max(made.reading), 0) from {{ this }} as made)
    ))
{%- endmacro %}
