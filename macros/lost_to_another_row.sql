{# Why a row that can be used is set aside for another one about the same thing: a later export has
   one too, or the same export has several that differ and nothing says which is right. NULL for a row
   that stays. It reads the columns export_number and fault (NULL for a row that can be used):
   {{ lost_to_another_row('customer_id, day') }} gives 'replaced by a row of a later export' for the
   row of export 1 where export 2 has the same customer and day. #}
{% macro lost_to_another_row(about) -%}
    case
        when fault is not null then null
        when
            export_number < max(export_number) over (partition by fault is null, {{ about }})
            then 'replaced by a row of a later export'
        when count(*) over (partition by fault is null, {{ about }}, export_number) > 1
            then 'stands in several rows that differ'
    end
{%- endmacro %}
