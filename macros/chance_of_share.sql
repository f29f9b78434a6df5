{# How probable it is, at most, that `drawn` customers taken at random from `everyone` differ from them
   as much as these do, of whom `having` have what `all_having` have of everyone. Twice the smaller
   tail of Fisher's exact test (1935), where each count further out is less probable by at least the
   same factor, so that their sum is at most that of a geometric series: a few percent above the tail
   itself, never below it.
   {{ chance_of_share('8', '10', '20', '100') }} gives 0.00005, {{ chance_of_share('2', '10', '20', '100') }}
   gives 1, and NULL where nobody is drawn. #}
{% macro chance_of_share(having, drawn, all_having, everyone) -%}
    case when {{ drawn }} > 0 then least(1, 2 * exp(
        {{ log_choose(all_having, having) }}
        + {{ log_choose(everyone ~ ' - ' ~ all_having, drawn ~ ' - ' ~ having) }}
        - {{ log_choose(everyone, drawn) }}
    ) / (1 - least(
        1e0 * ({{ drawn }} - {{ having }}) * ({{ all_having }} - {{ having }})
        / (({{ having }} + 1) * ({{ everyone }} - {{ drawn }} - {{ all_having }} + {{ having }} + 1)),
        1e0 * {{ having }} * ({{ everyone }} - {{ drawn }} - {{ all_having }} + {{ having }})
        / (({{ drawn }} - {{ having }} + 1) * ({{ all_having }} - {{ having }} + 1))
    ))) end
{%- endmacro %}
