{# Returns the features whose unit is not the expected one. #}
with

cases (name, is_share, known, unit, greatest_mean, expected) as (

    values
    ('favourite_tea', true, true, 'cups', 0.2e0, 'percent'),
    ('recency_days', false, true, 'days', 24e0, 'days'),
    ('children_days', false, true, null, 24e0, null),
    ('gap_days', false, false, null, 9e0, 'days'),
    ('coupon_share', false, false, null, 0.6e0, 'percent'),
    ('heart_rate', false, false, null, 60e0, null),
    ('coupon_share', false, false, null, null, null),
    ('basket_size', false, false, null, 0.6e0, null)

),

results as (

    select
        *,
        {{ feature_unit('name', 'is_share', 'known', 'unit', 'greatest_mean') }} as actual

    from cases

)

select * from results

where actual is distinct from expected
