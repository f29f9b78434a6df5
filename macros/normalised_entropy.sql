{# How evenly a customer's events spread over items, from one row per item with its count: 0 when
   all fall on one item, 1 when all items have equally many. Shannon entropy over its maximum, the
   logarithm of the number of items (Pielou's evenness, 1966). The items are those that have a row, or
   as many as stated: an item without events then lowers it.
   {{ normalised_entropy('event_count') }} gives 0.811 for items with 3 and 1 events, and
   {{ normalised_entropy('event_count', 4) }} gives 0.406 for the same two of four. #}
{% macro normalised_entropy(count_column, item_count=none) -%}
    case
        when count({{ count_column }}) = 1 then 0.0
        else least(1, greatest(
            0,
            (
                ln(sum({{ count_column }}))
                - {{ exact_sum(count_column ~ ' * ln(' ~ count_column ~ ')') }}
                / sum({{ count_column }})
            ) / ln({{ item_count or 'count(' ~ count_column ~ ')' }})
        ))
    end
{%- endmacro %}
