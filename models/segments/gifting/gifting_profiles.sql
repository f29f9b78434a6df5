{# One row per segment and feature: its mean beside that of all customers. #}
{{ profile_segments(
    population='gifting',
    features=ref('gifting_features'),
    imputed=ref('gifting_imputed'),
    segments=ref('gifting_segments'),
    model=ref('gifting_model')
) }}
