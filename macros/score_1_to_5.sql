{# A score from 1 to 5 by rank, 5 for the best fifth, among the customers to whom it applies; everyone
   else has 1. Equal values get equal scores, which ntile does not promise: a tied group is scored by
   its middle rank. `best_last` orders from worst to best: {{ score_1_to_5('monetary') }} gives
   2, 2, 4 and 5 for the amounts 10, 10, 20 and 90, whose middle ranks lie at 25 %, 62.5 % and
   87.5 % of the customers. `each` scores within each value of a column. #}
{% macro score_1_to_5(best_last, applies='true', each=none) -%}
    {%- set group = 'partition by ' ~ (each ~ ', ' if each else '') ~ applies -%}
    {%- set customers = 'count(*) over (' ~ group ~ ')' -%}
    {%- set below = '(rank() over (' ~ group ~ ' order by ' ~ best_last ~ ') - 1)' -%}
    {%- set up_to = 'round(cume_dist() over (' ~ group ~ ' order by ' ~ best_last ~ ') * '
        ~ customers ~ ')' -%}
    case
        when {{ applies }}
            then cast(ceil(5 * ({{ below }} + {{ up_to }}) / (2.0 * {{ customers }})) as integer)
        else 1
    end
{%- endmacro %}
