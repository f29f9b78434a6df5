{# The unit in which a feature's mean is written: percent for a share of customers, else the unit of
   the seed feature_words where `known` says that the seed has the feature, else what its name says,
   which is true of no share above 1: {{ feature_unit("'gap_days'", false, false, 'null', 9) }} gives
   days, with 'coupon_share' and 0.6 percent, with 'heart_rate' and 60 NULL. #}
{% macro feature_unit(name, is_share, known, unit, greatest_mean) -%}
    case
        when {{ is_share }} then 'percent'
        when {{ known }} then {{ unit }}
        when {{ name }} like '%\_days' escape '\' then 'days'
        when regexp_matches({{ name }}, '_(share|rate)$') and {{ greatest_mean }} <= 1
            then 'percent'
    end
{%- endmacro %}
