{# One row per segment and numeric or boolean feature: its mean beside that of all customers. #}
{{ profile_segments(
    population='personality',
    customers=ref('personality_imputed'),
    segments=ref('personality_segments')
) }}
-- depends_on: {{ ref('personality_model') }}
