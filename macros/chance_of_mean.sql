{# How probable it is, at most, that the mean of `drawn` customers taken at random from `everyone`
   differs by `difference`, in either direction, from the mean of all, whose standard deviation is
   `spread` and whose values lie at most `below` under and `above` over their mean. Theorem 3 of
   Hoeffding (1963), which holds for any distribution and, by his section 6, without replacement;
   of the customers who were drawn and of those who were left, whichever says more.
   {{ chance_of_mean('0.5', '100', '1000', '1', '2', '3') }} gives 0.0002, and 1 where all are alike. #}
{% macro chance_of_mean(difference, drawn, everyone, spread, below, above) -%}
    case
        when {{ drawn }} = 0 then null
        when {{ spread }} > 0 and {{ drawn }} < {{ everyone }} then least(
            1,
            2 * exp(-{{ drawn }} * {{ hoeffding_rate(difference, spread, below, above) }}),
            2 * exp(-({{ everyone }} - {{ drawn }}) * {{ hoeffding_rate(
                '-1 * (' ~ difference ~ ') * ' ~ drawn ~ ' / (' ~ everyone ~ ' - ' ~ drawn ~ ')',
                spread, below, above
            ) }})
        )
        else 1
    end
{%- endmacro %}
