{# A score from 1 to 5 by rank, 5 for the best fifth, among all customers or within a group of them.
   Equal values always get equal scores, which ntile does not promise. `best_last` orders from worst
   to best: {{ score_1_to_5('monetary') }} gives 1, 1, 4 and 5 for the amounts 10, 10, 20 and 90,
   whose percent ranks are 0, 0, 0.67 and 1. #}
{% macro score_1_to_5(best_last, partition_by='true') -%}
    cast(least(
        5,
        1 + floor(5 * percent_rank() over (partition by {{ partition_by }} order by {{ best_last }}))
    ) as integer)
{%- endmacro %}
