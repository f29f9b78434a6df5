{# One row: whether the fit still holds for the customers of today, and whether this build makes a
   new one. #}
{{ judge_fit(
    population='personality',
    features=ref('personality_features'),
    as_of=ref('personality_as_of'),
    drift=ref('personality_drift')
) }}
