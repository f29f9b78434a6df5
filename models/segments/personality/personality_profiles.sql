{# One row per segment and feature: its mean beside that of all customers. #}
{{ profile_segments(
    population='personality',
    features=ref('personality_features'),
    imputed=ref('personality_imputed'),
    segments=ref('personality_segments'),
    model=ref('personality_model')
) }}
