{# One row per segment and feature: its mean beside that of all customers. #}
{{ profile_segments(
    population='shop',
    customers=ref('shop_imputed'),
    segments=ref('shop_segments'),
    model=ref('shop_model')
) }}
