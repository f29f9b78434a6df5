{# One row per segment and numeric or boolean feature: its mean beside that of all customers. #}
{{ profile_segments(
    population='clickstream',
    customers=ref('clickstream_imputed'),
    segments=ref('clickstream_segments')
) }}
-- depends_on: {{ ref('clickstream_model') }}
