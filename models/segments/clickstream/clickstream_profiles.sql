{# One row per segment and feature: its mean beside that of all customers. #}
{{ profile_segments(
    population='clickstream',
    features=ref('clickstream_features'),
    imputed=ref('clickstream_imputed'),
    segments=ref('clickstream_segments'),
    model=ref('clickstream_model')
) }}
