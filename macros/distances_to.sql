{# The distance of a point to each of a list of others, in a straight line:
   {{ distances_to('[0.0, 0.0]', '[[3.0, 4.0], [0.0, 1.0]]') }} gives [5, 1]. Points of a space
   without dimensions are 0 apart. #}
{% macro distances_to(point, others) -%}
    list_transform(
        {{ others }},
        lambda other: case
            when len({{ point }}) = 0 then 0.0 else list_distance({{ point }}, other)
        end
    )
{%- endmacro %}
