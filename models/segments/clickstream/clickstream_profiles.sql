{# One row per segment and feature: its mean beside that of all customers. #}
{{ profile_segments(
    population='clickstream',
    customers=ref('clickstream_imputed'),
    segments=ref('clickstream_segments'),
    model=ref('clickstream_model')
) }}
