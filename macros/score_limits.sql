{# A query of the values from which on a customer scores 2, 3, 4 and 5 in `column`: score_2 to score_5,
   one row for all of `values`, or one for each value of the column `each`. Scores are those of
   score_1_to_5, by middle rank; `best` says whether the best have the most or the least. Only values
   beyond `above` are ranked, if it is given. A limit that nobody reaches is NULL.
   {{ score_limits('customers', 'monetary') }} gives 10, 20, 20 and 90 for the amounts 10, 10, 20 and
   90, whose middle ranks lie at 25 %, 62.5 % and 87.5 % of the customers. #}
{% macro score_limits(values, column, best='most', above=none, each=none) -%}
    {%- set group = 'partition by ' ~ each if each else '' -%}
    {%- set order = column ~ (' desc' if best == 'least' else '') -%}
select
    {{ each ~ ',' if each }}
    {% for score in [2, 3, 4, 5] %}
    {{ 'max' if best == 'least' else 'min' }}({{ column }}) filter (where score >= {{ score }})
        as score_{{ score }}{{ ',' if not loop.last }}
    {% endfor %}

from (
    select
        {{ each ~ ',' if each }}
        {{ column }},
        ceil(
            5 * (2 * sum(count(*)) over ({{ group }} order by {{ order }}) - count(*))
            / (2.0 * sum(count(*)) over ({{ group }}))
        ) as score

    from {{ values }}

    where {{ column }} {{ '> ' ~ above if above is not none else 'is not null' }}

    group by {{ each ~ ', ' if each }}{{ column }}
) as ranked

{{ 'group by ' ~ each if each }}
{%- endmacro %}
