{# Why a row that can be used is set aside for another one about the same thing: a later export has
   one too, or the same export has several that differ and nothing says which is right. A row that
   says just what the row that stays says, in another shape, has a reason of its own, so that conflicts
   can be told from repetitions. NULL for a row that stays. It reads the columns export_number, raw and
   fault (NULL for a row that can be used):
   {{ lost_to_another_row('customer_id, day', 'step_count') }} gives 'replaced by a row of a later
   export' for the row of export 1 where export 2 has the same customer and day with other steps. #}
{% macro lost_to_another_row(about, says) -%}
    {%- set rivals = 'partition by fault is null, ' ~ about -%}
    case
        when fault is not null then null
        when
            export_number < max(export_number) over ({{ rivals }})
            and row({{ says }}) = (max(row(export_number, row({{ says }}))) over ({{ rivals }}))[2]
            then 'said again by another file'
        when export_number < max(export_number) over ({{ rivals }})
            then 'replaced by a row of a later export'
        when
            min(row({{ says }})) over ({{ rivals }}, export_number)
            != max(row({{ says }})) over ({{ rivals }}, export_number)
            then 'stands in several rows that differ'
        when row_number() over ({{ rivals }}, export_number order by raw) > 1
            then 'said again by another file'
    end
{%- endmacro %}
