{# One row per segment and feature: its mean beside that of all customers. #}
{{ profile_segments(
    population='fitbit',
    features=ref('fitbit_features'),
    imputed=ref('fitbit_imputed'),
    segments=ref('fitbit_segments'),
    model=ref('fitbit_model')
) }}
