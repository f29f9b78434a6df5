{# One row: whether the fit still holds for the customers of today, and whether this build makes a
   new one. #}
{{ judge_fit(
    population='fitbit',
    features=ref('fitbit_features'),
    as_of=ref('fitbit_as_of'),
    drift=ref('fitbit_drift')
) }}
