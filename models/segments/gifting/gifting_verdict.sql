{# One row: whether the fit still holds for the customers of today, and whether this build makes a
   new one. #}
{{ judge_fit(
    population='gifting',
    features=ref('gifting_features'),
    as_of=ref('gifting_as_of'),
    drift=ref('gifting_drift')
) }}
