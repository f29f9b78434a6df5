{# One row per segment and feature: its mean beside that of all customers. #}
{{ profile_segments(
    population='shop',
    features=ref('shop_features'),
    imputed=ref('shop_imputed'),
    segments=ref('shop_segments'),
    model=ref('shop_model')
) }}
