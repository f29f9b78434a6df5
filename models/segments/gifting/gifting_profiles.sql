{# One row per segment and feature: its mean beside that of all customers. #}
{{ profile_segments(
    population='gifting',
    customers=ref('gifting_imputed'),
    segments=ref('gifting_segments'),
    model=ref('gifting_model')
) }}
