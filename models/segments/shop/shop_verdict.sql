{# One row: whether the fit still holds for the customers of today, and whether this build makes a
   new one. #}
{{ judge_fit(
    population='shop',
    features=ref('shop_features'),
    as_of=ref('shop_as_of'),
    drift=ref('shop_drift')
) }}
