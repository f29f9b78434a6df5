{# One row per customer: the segment it falls in by the stored model. #}
{{ score_customers(customers=ref('fitbit_imputed'), model=ref('fitbit_model')) }}
