{# The rate per customer at which a `difference` of means becomes improbable: the exponent in theorem 3
   of Hoeffding (1963), the divergence of two shares that the spread and the reach of the values make
   of the difference. 0 for no difference.
   {{ hoeffding_rate('0.5', '1', '2', '3') }} gives 0.0923. #}
{% macro hoeffding_rate(difference, spread, below, above) -%}
    list_transform(
        [{
            'size': abs({{ difference }}),
            'variance': power({{ spread }}, 2),
            'reach': case when {{ difference }} > 0 then {{ above }} else {{ below }} end
        }],
        lambda each: list_transform(
            [{
                'expected': each.variance / (each.variance + power(each.reach, 2)),
                'found': least(
                    1,
                    (each.variance + each.size * each.reach)
                    / (each.variance + power(each.reach, 2))
                )
            }],
            lambda share:
                share.found * ln(share.found / share.expected)
                + case
                    when share.found < 1
                        then (1 - share.found) * ln((1 - share.found) / (1 - share.expected))
                    else 0
                end
        )[1]
    )[1]
{%- endmacro %}
