{# A feature, or one dimension of it, in words: those of the seed feature_words, or else those of the
   feature's own name, and the level: {{ feature_label("'gender = f'", "'gender'", 'null') }} gives
   gender f, and 'is_in_store_days' for both gives in store. #}
{% macro feature_label(dimension, feature, words) -%}
    coalesce({{ words }}, replace(regexp_replace({{ feature }}, '^(is|has)_|_days$', ''), '_', ' '))
    || case
        when {{ dimension }} = {{ feature }} then ''
        else ' ' || substr({{ dimension }}, length({{ feature }}) + 4)
    end
{%- endmacro %}
