{# One row per recipient: the segment it falls in by the stored model. #}
{{ score_customers(customers=ref('gifting_imputed'), model=ref('gifting_model')) }}
