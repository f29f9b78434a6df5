{# One row: whether the fit still holds for the customers of today, and whether this build makes a
   new one. #}
{{ judge_fit(
    population='clickstream',
    features=ref('clickstream_features'),
    as_of=ref('clickstream_as_of'),
    drift=ref('clickstream_drift')
) }}
