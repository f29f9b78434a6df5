{# What a word of a feature is written as, by a map of the population's words from feature=word to the
   word that is used (NULL for no usable word). A word that the map does not have stays, unless it
   says nothing: {{ word_meaning("'mid'", 'budget', "map(['budget=mid'], ['medium'])") }} gives medium,
   and of 'n/a' NULL. #}
{% macro word_meaning(word, feature, meanings) -%}
    case
        when map_contains({{ meanings }}, '{{ feature }}=' || {{ word }})
            then {{ meanings }}['{{ feature }}=' || {{ word }}]
        else {{ known_text(word) }}
    end
{%- endmacro %}
